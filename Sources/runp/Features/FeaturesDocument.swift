// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What runp understands, as `features` prints it.
///
/// In the specification's terms a property that is absent is unknown, and an
/// empty list or `false` is not supported.
struct FeaturesDocument {
  /// The words that `mounts[].options` may have.
  let mountOptions: [String]
  /// The seccomp flags that the running kernel takes.
  let seccompFlags: [LinuxSeccompFlag]

  /// The oldest `ociVersion` that is taken.
  static let oldestVersion = "1.0.0"

  /// Annotations that change what a container may do; one that ends in a dot
  /// stands for all that start so.
  static let unsafeAnnotations = ["org.runp.", "org.systemd.property.", "run.oci."]

  /// The document.
  var json: JSONValue {
    [
      "ociVersionMin": .string(Self.oldestVersion),
      "ociVersionMax": .string(specVersion),
      "hooks": Self.words(HookKind.self),
      "mountOptions": JSONValue(mountOptions.sorted()),
      "linux": linux,
      "annotations": [
        "io.github.seccomp.libseccomp.version": .string(SyscallFilter.libraryVersion),
        // The key is runc's; callers ask it of every runtime.
        "org.opencontainers.runc.checkpoint.enabled": "false",
        "org.runp.version": .string(runtimeVersion),
      ],
      "potentiallyUnsafeConfigAnnotations": JSONValue(Self.unsafeAnnotations),
    ]
  }

  private var linux: JSONValue {
    [
      "namespaces": JSONValue(NamespaceType.allCases.map { $0.rawValue }.sorted()),
      "capabilities": JSONValue(CapabilitySet.named.names),
      "cgroup": [
        "v1": false, "v2": true, "systemd": true, "systemdUser": true, "rdma": true,
      ],
      "seccomp": seccomp,
      "apparmor": ["enabled": true],
      "selinux": ["enabled": true],
      "intelRdt": Self.enabled("linux.intelRdt"),
      "memoryPolicy": [
        "modes": Self.words(MemoryPolicyModeType.self),
        "flags": Self.words(MemoryPolicyFlagType.self),
      ],
      "mountExtensions": ["idmap": ["enabled": true]],
      "netDevices": Self.enabled("linux.netDevices"),
    ]
  }

  private var seccomp: JSONValue {
    [
      "enabled": true,
      "actions": Self.words(LinuxSeccompAction.self),
      "operators": Self.words(LinuxSeccompOperator.self),
      "archs": Self.words(Arch.self),
      "knownFlags": Self.words(LinuxSeccompFlag.self),
      "supportedFlags": JSONValue(seccompFlags.map { $0.rawValue }.sorted()),
    ]
  }

  /// Whether a property is acted on; one that is not is refused.
  private static func enabled(_ property: String) -> JSONValue {
    ["enabled": .bool(Unsupported(rawValue: property) == nil)]
  }

  private static func words<Word: RawRepresentable & CaseIterable>(_ word: Word.Type) -> JSONValue
  where Word.RawValue == String {
    JSONValue(Word.allCases.map { $0.rawValue })
  }
}
