// SPDX-License-Identifier: Apache-2.0

import Kernel
import Support
import Testing

@testable import Cgroups

@Suite struct CgroupHierarchyTests {
  private static let hybrid = MountInfo(
    text: """
      31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
      32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
      35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
      38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
      40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
      41 31 0:38 /part /run/part rw - cgroup2 cgroup2 rw
      42 31 0:38 / /sys/fs/cgroup/the\\040rest rw shared:3 master:1 - cgroup2 cgroup2 rw,nsdelegate

      """)

  @Test func theWholeHierarchyIsTriedBeforeAPartOfIt() {
    #expect(
      CgroupHierarchy.mountPoints(in: Self.hybrid) == ["/sys/fs/cgroup/the rest", "/run/part"])
  }

  @Test(
    arguments: [
      (.memory, "/sys/fs/cgroup/memory"), (.cpu, "/sys/fs/cgroup/cpu,cpuacct"),
      (.io, "/sys/fs/cgroup/blkio"), (.pids, nil),
    ] as [(Controllers, String?)])
  func controllersAreFoundOnVersionOne(controller: Controllers, mount: String?) {
    #expect(CgroupHierarchy.versionOneMount(of: controller, in: Self.hybrid) == mount)
  }

  @Test(arguments: [
    ("4:memory:/x\n0::/user.slice/s\n", "/", "/user.slice/s"), ("0::/\n", "/", "/"),
    ("0::/docker/c1/sub\n", "/docker/c1", "/sub"), ("0::/docker/c1\n", "/docker/c1", "/"),
  ])
  func theOwnCgroupIsRelativeToTheMount(table: String, root: String, expected: String) throws {
    #expect(try CgroupHierarchy.path(in: table, of: "it", mountRoot: root).description == expected)
  }

  @Test(arguments: [
    ("4:memory:/x\n", "/"), ("0::/../elsewhere\n", "/"), ("0::/docker/c10\n", "/docker/c1"),
  ])
  func anOwnCgroupOutsideTheMountIsAnError(table: String, root: String) {
    #expect(throws: RuntimeError.self) {
      try CgroupHierarchy.path(in: table, of: "it", mountRoot: root)
    }
  }

  @Test func theControllersAreThoseOfTheRoot() throws {
    let fake = FakeCgroup(controllers: "cpu io memory perf_event hugetlb\n")
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    #expect(try hierarchy.controllers() == [.cpu, .io, .memory, .hugetlb])
  }
}

@Suite struct ControllersTests {
  @Test func listsAreReadAndUnknownNamesLeftOut() {
    #expect(Controllers(list: "") == [])
    #expect(
      Controllers(list: "cpuset cpu io memory hugetlb pids rdma misc dmem\n").names.count == 9)
    #expect(Controllers(list: "pids net_cls\n").names == ["pids"])
  }

  @Test func aSetIsTakenApart() {
    let set: Controllers = [.pids, .memory]
    #expect(set.each == [.memory, .pids])
    #expect(set.names == ["memory", "pids"])
    #expect(Controllers(name: "io")?.versionOneName == "blkio")
    #expect(Controllers(name: "memory")?.versionOneName == "memory")
    #expect(Controllers(name: "freezer") == nil)
  }
}
