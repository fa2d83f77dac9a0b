// SPDX-License-Identifier: Apache-2.0

package import Cgroups

/// What holds for every command of one call of the runtime.
package struct RuntimeContext {
  /// Who keeps the cgroups.
  package enum CgroupManager: Sendable, Equatable {
    /// runp writes the cgroup file system itself.
    case filesystem
    /// systemd is asked.
    case systemd
    /// No cgroup is made or touched.
    case disabled
  }

  /// The directory that holds a state directory for each container.
  package var root: String
  /// The permissions that the directory is made with.
  package var rootMode: UInt32
  /// Who keeps the cgroups.
  package var cgroupManager: CgroupManager
  /// Whether the runtime works without privileges on the host.
  package var rootless: Bool
  /// Takes a warning, one sentence without a period.
  package var warn: (String) -> Void

  /// The host's cgroup hierarchy, looked for once.
  package let cgroups: HostCgroups

  /// The compiled filters that are kept below the state root.
  package var filters: SeccompCache { SeccompCache(root: root, version: runtimeVersion) }

  /// Collects the parts.
  package init(
    root: String, rootMode: UInt32 = 0o711, cgroupManager: CgroupManager = .filesystem,
    rootless: Bool = false, systemd: @escaping () -> SystemdAddress = { .system },
    warn: @escaping (String) -> Void = { _ in }
  ) {
    self.root = root
    self.rootMode = rootMode
    self.cgroupManager = cgroupManager
    self.rootless = rootless
    self.warn = warn
    cgroups = HostCgroups(ownsHierarchy: !rootless, systemd: systemd)
  }
}
