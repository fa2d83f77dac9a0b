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
  /// What depends on the parts that do the work; nil for what is unknown.
  struct Support {
    /// The words that `mounts[].options` may have.
    var mountOptions: [String]?
    /// Whether AppArmor profiles are applied.
    var apparmor: Bool?
    /// Whether SELinux labels are applied.
    var selinux: Bool?
    /// Whether Intel RDT classes are used.
    var intelRdt: Bool?
    /// Whether NUMA policies are set.
    var memoryPolicy: Bool?
    /// Whether mounts may have ID mappings of their own.
    var idMappedMounts: Bool?
    /// Whether network devices are moved into the container.
    var netDevices: Bool?
    /// Whether cgroup v2 limits and the systemd driver are there.
    var cgroup = Cgroup()
    /// The seccomp flags that the running kernel takes.
    var seccompFlags: [LinuxSeccompFlag]?

    /// The kinds of cgroups that are used.
    struct Cgroup {
      /// The old hierarchies.
      var v1 = false
      /// The unified hierarchy.
      var v2 = true
      /// systemd's system manager.
      var systemd = false
      /// systemd's user manager.
      var systemdUser = false
      /// Limits on RDMA.
      var rdma: Bool?
    }
  }

  /// What the parts that do the work can do.
  let support: Support

  /// The oldest `ociVersion` that is taken.
  static let oldestVersion = "1.0.0"

  /// Annotations that change what a container may do; one that ends in a dot
  /// stands for all that start so.
  static let unsafeAnnotations = ["org.runp.", "run.oci."]

  /// The document.
  var json: JSONValue {
    var members: OrderedMap<JSONValue> = [
      "ociVersionMin": .string(Self.oldestVersion),
      "ociVersionMax": .string(specVersion),
      "hooks": Self.words(HookKind.self),
    ]
    members["mountOptions"] = support.mountOptions.map { JSONValue($0.sorted()) }
    members["linux"] = .object(linux)
    members["annotations"] = [
      "io.github.seccomp.libseccomp.version": .string(SyscallFilter.libraryVersion),
      // The key is runc's; callers ask it of every runtime.
      "org.opencontainers.runc.checkpoint.enabled": "false",
      "org.runp.version": .string(runtimeVersion),
    ]
    members["potentiallyUnsafeConfigAnnotations"] = JSONValue(Self.unsafeAnnotations)
    return .object(members)
  }

  private var linux: OrderedMap<JSONValue> {
    var members: OrderedMap<JSONValue> = [
      "namespaces": JSONValue(NamespaceType.allCases.map(\.rawValue).sorted()),
      "capabilities": JSONValue(CapabilitySet.named.names),
      "cgroup": .object(cgroup),
      "seccomp": .object(seccomp),
    ]
    members["apparmor"] = Self.enabled(support.apparmor)
    members["selinux"] = Self.enabled(support.selinux)
    members["intelRdt"] = Self.enabled(support.intelRdt)
    members["memoryPolicy"] = memoryPolicy
    members["mountExtensions"] = Self.enabled(support.idMappedMounts).map { ["idmap": $0] }
    members["netDevices"] = Self.enabled(support.netDevices)
    return members
  }

  private var cgroup: OrderedMap<JSONValue> {
    var members: OrderedMap<JSONValue> = [
      "v1": .bool(support.cgroup.v1),
      "v2": .bool(support.cgroup.v2),
      "systemd": .bool(support.cgroup.systemd),
      "systemdUser": .bool(support.cgroup.systemdUser),
    ]
    members["rdma"] = support.cgroup.rdma.map { .bool($0) }
    return members
  }

  private var seccomp: OrderedMap<JSONValue> {
    var members: OrderedMap<JSONValue> = [
      "enabled": true,
      "actions": Self.words(LinuxSeccompAction.self),
      "operators": Self.words(LinuxSeccompOperator.self),
      "archs": Self.words(Arch.self),
      "knownFlags": Self.words(LinuxSeccompFlag.self),
    ]
    members["supportedFlags"] = support.seccompFlags.map { JSONValue($0.map(\.rawValue).sorted()) }
    return members
  }

  private var memoryPolicy: JSONValue? {
    switch support.memoryPolicy {
    case nil: nil
    case .some(false): ["modes": [], "flags": []]
    case .some(true):
      [
        "modes": Self.words(MemoryPolicyModeType.self),
        "flags": Self.words(MemoryPolicyFlagType.self),
      ]
    }
  }

  private static func enabled(_ support: Bool?) -> JSONValue? {
    support.map { ["enabled": .bool($0)] }
  }

  private static func words<Word: RawRepresentable & CaseIterable>(_ word: Word.Type) -> JSONValue
  where Word.RawValue == String {
    JSONValue(Word.allCases.map(\.rawValue))
  }
}
