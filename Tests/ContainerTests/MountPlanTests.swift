// SPDX-License-Identifier: Apache-2.0

import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct PlannedMountTests {
  private func planned(
    _ mount: Mount, bundle: String = "/b", rootfs: String = "/b/rootfs"
  ) -> PlannedMount {
    PlannedMount(
      mount, index: 4, bundle: bundle, rootfs: rootfs, inherited: nil, hasUserNamespace: false)
  }

  @Test(arguments: [
    ("/proc", "/proc"), ("data", "/data"), ("//a/../data/./", "/data"), ("/../..", "/"),
    ("/a//b/", "/a/b"),
  ])
  func destinationIsCleaned(given: String, cleaned: String) {
    #expect(planned(.init(destination: given)).destination == cleaned)
  }

  @Test func missingSourceIsNamed() throws {
    let planned = planned(
      .init(destination: "/x", source: "no/such", options: ["bind"]), bundle: "/nowhere")
    let error = try #require(throws: RuntimeError.self) { try planned.open() }
    #expect(error.description.hasPrefix("mounts[4].source: "))
    #expect(error.description.contains("/nowhere/no/such"))
  }

  @Test func bindWithoutASourceIsRefused() throws {
    let planned = planned(.init(destination: "/x", options: ["bind"]))
    let error = try #require(throws: RuntimeError.self) { try planned.open() }
    #expect(error.kind == .invalidSpec)
    #expect(error.description == "mounts[4].source: a bind mount needs a source")
  }

  @Test(arguments: [
    (Mount(destination: "/x", type: "bind", source: "y"), true, false),
    (Mount(destination: "/x", type: "rbind", source: "y"), true, true),
    (Mount(destination: "/x", type: "tmpfs", source: "y", options: ["rbind"]), true, true),
    (Mount(destination: "/x", type: "tmpfs", source: "y"), false, false),
  ])
  func typeAndOptionsMakeABind(mount: Mount, bind: Bool, recursive: Bool) {
    #expect(planned(mount).options.bind == bind)
    #expect(planned(mount).options.recursive == recursive)
  }

  @Test(arguments: [
    ("/b/rootfs/mnt/x", true), ("rootfs/mnt", true), ("/b/./rootfs//x", true),
    ("/b/rootfs/../etc", false), ("/b/rootfs", false), ("/b/rootfs2/x", false), ("other", false),
  ])
  func sourceInTheRootWaits(source: String, waits: Bool) {
    let mount = Mount(destination: "/x", source: source, options: ["bind"])
    #expect(planned(mount).waitsForRoot == waits)
  }

  @Test(arguments: [
    (Mount(destination: "/dev", type: "tmpfs"), true, false),
    (Mount(destination: "/x/../dev/", type: "tmpfs"), true, false),
    (Mount(destination: "/dev", source: "/dev", options: ["bind"]), true, true),
    // There is only one: nodes made in it are the host's.
    (Mount(destination: "/dev", type: "devtmpfs"), true, true),
    (Mount(destination: "/dev", type: "tmpfs", options: ["remount"]), false, false),
    (Mount(destination: "/dev/pts", type: "devpts"), false, false),
  ])
  func devicesAreMadeInAMountOnDev(mount: Mount, isForDevices: Bool, bringsDevices: Bool) {
    #expect(planned(mount).isForDevices == isForDevices)
    #expect(planned(mount).bringsDevices == bringsDevices)
  }
}

@Suite struct HiddenPathsTests {
  @Test(
    arguments: [
      ([], []), (["/a", "/b"], ["/a", "/b"]), (["/a", "/b", "/a"], ["/a", "/b"]),
      (["/a/", "//a", "/b/../a", "/a/./"], ["/a"]),
    ] as [([String], [String])])
  func everyPathIsTakenOnce(given: [String], distinct: [String]) {
    #expect(HiddenPaths.distinct(given) == distinct)
  }
}

@Suite struct DeviceNodeTests {
  @Test func defaultsGiveWayToListedOnes() throws {
    let spec = try Spec.decode(
      bytes: Array(
        #"""
        {"ociVersion": "1.2.0", "linux": {"devices": [
          {"type": "c", "path": "/dev/../dev/null", "major": 1, "minor": 3, "uid": 7},
          {"type": "p", "path": "/dev/pipe"}]}}
        """#.utf8))
    let nodes = DeviceNode.all(of: spec)
    #expect(nodes.count == 7)
    #expect(nodes[0].path == "/dev/null" && nodes[0].uid == 7)
    #expect(nodes[0].name == "linux.devices[0]")
    #expect(nodes.filter { $0.path == "/dev/null" }.count == 1)
  }
}
