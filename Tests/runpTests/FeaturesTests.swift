// SPDX-License-Identifier: Apache-2.0

import Container
import JSON
import RuntimeSpec
import Testing

@testable import runp

@Suite struct FeaturesTests {
  private let document =
    FeaturesDocument(mountOptions: ["ro", "bind"], seccompFlags: [.log]).json

  @Test func requiredVersionsAreThere() {
    #expect(document["ociVersionMin"] == "1.0.0")
    #expect(document["ociVersionMax"] == "1.3.0")
  }

  @Test func whatIsKnownIsTold() {
    #expect(document["mountOptions"] == ["bind", "ro"])
    let linux = document["linux"]
    #expect(linux?["apparmor"] == ["enabled": true])
    #expect(linux?["selinux"] == ["enabled": true])
    #expect(linux?["mountExtensions"] == ["idmap": ["enabled": true]])
    #expect(linux?["seccomp"]?["supportedFlags"] == ["SECCOMP_FILTER_FLAG_LOG"])
    #expect(linux?["memoryPolicy"]?["flags"] != [])
  }

  @Test func whatIsRefusedIsNotEnabled() {
    for property in Unsupported.allCases {
      let name = String(property.rawValue.dropFirst("linux.".count))
      #expect(document["linux"]?[name] == ["enabled": false])
    }
  }

  @Test func listsAreThoseOfTheSpecification() {
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
    #expect(
      document["potentiallyUnsafeConfigAnnotations"] == [
        "org.runp.", "org.systemd.property.", "run.oci.",
      ])
  }

  @Test func callersLearnThatThereAreNoCheckpoints() {
    #expect(
      document["annotations"]?["org.opencontainers.runc.checkpoint.enabled"] == "false")
  }
}
