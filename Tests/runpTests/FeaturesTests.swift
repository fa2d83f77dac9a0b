// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Testing

@testable import runp

@Suite struct FeaturesTests {
  private func document(_ support: FeaturesDocument.Support = .init()) -> JSONValue {
    FeaturesDocument(support: support).json
  }

  @Test func requiredVersionsAreThere() {
    #expect(document()["ociVersionMin"] == "1.0.0")
    #expect(document()["ociVersionMax"] == "1.3.0")
  }

  @Test func whatIsUnknownIsAbsent() {
    let document = document()
    #expect(document["mountOptions"] == nil)
    for key in ["apparmor", "selinux", "intelRdt", "memoryPolicy", "mountExtensions", "netDevices"]
    {
      #expect(document["linux"]?[key] == nil)
    }
    #expect(document["linux"]?["seccomp"]?["supportedFlags"] == nil)
  }

  @Test func whatIsKnownIsTold() {
    var support = FeaturesDocument.Support(
      mountOptions: ["ro", "bind"], apparmor: true, selinux: false, intelRdt: false,
      memoryPolicy: true, idMappedMounts: true, netDevices: false, seccompFlags: [.log])
    let document = document(support)
    #expect(document["mountOptions"] == ["bind", "ro"])
    let linux = document["linux"]
    #expect(linux?["apparmor"] == ["enabled": true])
    #expect(linux?["selinux"] == ["enabled": false])
    #expect(linux?["intelRdt"] == ["enabled": false])
    #expect(linux?["mountExtensions"] == ["idmap": ["enabled": true]])
    #expect(linux?["netDevices"] == ["enabled": false])
    #expect(linux?["seccomp"]?["supportedFlags"] == ["SECCOMP_FILTER_FLAG_LOG"])
    #expect(linux?["memoryPolicy"]?["flags"] != [])
    support.memoryPolicy = false
    #expect(self.document(support)["linux"]?["memoryPolicy"] == ["modes": [], "flags": []])
  }

  @Test func listsAreThoseOfTheSpecification() {
    let document = document()
    #expect(
      document["hooks"] == [
        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
      ])
    #expect(
      document["linux"]?["namespaces"] == [
        "cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts",
      ])
    guard case .array(let capabilities) = document["linux"]?["capabilities"] else {
      Issue.record("no list of capabilities")
      return
    }
    #expect(capabilities.first == "CAP_CHOWN")
    #expect(capabilities.contains("CAP_CHECKPOINT_RESTORE"))
  }

  @Test func annotationsThatAreActedOnAreNamed() {
    #expect(document()["potentiallyUnsafeConfigAnnotations"] == ["org.runp.", "run.oci."])
  }

  @Test func callersLearnThatThereAreNoCheckpoints() {
    #expect(
      document()["annotations"]?["org.opencontainers.runc.checkpoint.enabled"] == "false")
  }
}
