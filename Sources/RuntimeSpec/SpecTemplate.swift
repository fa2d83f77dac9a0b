// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The configuration that a new bundle starts from.
package struct SpecTemplate: Equatable, Sendable {
  /// The caller's IDs, mapped to root, for a bundle that needs no privileges;
  /// nil for one that root runs.
  package var rootless: User?
  /// Whether the container gets a view of its own of the cgroups, which is of
  /// use with cgroup v2.
  package var cgroupNamespace: Bool

  /// Makes a template.
  package init(rootless: User? = nil, cgroupNamespace: Bool = true) {
    self.rootless = rootless
    self.cgroupNamespace = cgroupNamespace
  }

  /// The configuration as a document.
  package var json: JSONValue {
    [
      "ociVersion": .string(specVersion),
      "process": Self.process,
      "root": ["path": "rootfs", "readonly": true],
      "hostname": "runp",
      "mounts": .array(mounts),
      "linux": linux,
    ]
  }

  private static let process: JSONValue = [
    "terminal": true,
    "user": ["uid": 0, "gid": 0],
    "args": ["sh"],
    "env": [
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "TERM=xterm",
    ],
    "cwd": "/",
    "capabilities": [
      "bounding": capabilities,
      "effective": capabilities,
      "permitted": capabilities,
    ],
    "rlimits": [["type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024]],
    "noNewPrivileges": true,
  ]

  private static let capabilities: JSONValue = [
    "CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE",
  ]

  private var mounts: [JSONValue] {
    // The group tty is not mapped when there is one ID only.
    let terminals: [String] =
      ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
      + (rootless == nil ? ["gid=5"] : [])
    // Only the owner of the network namespace may mount a sysfs.
    let sys =
      rootless == nil
      ? Self.mount("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"])
      : Self.mount("/sys", "none", "/sys", ["rbind", "nosuid", "noexec", "nodev", "ro"])
    return [
      Self.mount("/proc", "proc", "proc", []),
      Self.mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      Self.mount("/dev/pts", "devpts", "devpts", terminals),
      Self.mount(
        "/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
      Self.mount("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
      sys,
      Self.mount(
        "/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]),
    ]
  }

  private static func mount(
    _ destination: String, _ type: String, _ source: String, _ options: [String]
  ) -> JSONValue {
    var members: OrderedMap<JSONValue> = [
      "destination": .string(destination), "type": .string(type), "source": .string(source),
    ]
    if !options.isEmpty { members["options"] = JSONValue(options) }
    return .object(members)
  }

  private var linux: JSONValue {
    var members = OrderedMap<JSONValue>()
    if let rootless {
      members["uidMappings"] = Self.mapping(to: rootless.uid)
      members["gidMappings"] = Self.mapping(to: rootless.gid)
    } else {
      members["resources"] = ["devices": [["allow": false, "access": "rwm"]]]
    }
    members["namespaces"] = .array(namespaces.map { ["type": .string($0.rawValue)] })
    members["maskedPaths"] = [
      "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys",
      "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
      "/sys/firmware", "/sys/devices/virtual/powercap", "/proc/scsi",
    ]
    members["readonlyPaths"] = [
      "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ]
    return .object(members)
  }

  private var namespaces: [NamespaceType] {
    [.pid] + (rootless == nil ? [.network] : []) + [.ipc, .uts, .mount]
      + (cgroupNamespace ? [.cgroup] : []) + (rootless == nil ? [] : [.user])
  }

  private static func mapping(to id: UInt32) -> JSONValue {
    [["containerID": 0, "hostID": JSONValue(id), "size": 1]]
  }
}
