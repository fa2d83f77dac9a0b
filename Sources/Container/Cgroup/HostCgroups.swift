// SPDX-License-Identifier: Apache-2.0

package import Cgroups
internal import JSON
package import Kernel

/// The host's cgroup2 hierarchy and the driver on it, which a command looks for
/// once, when it needs them.
package final class HostCgroups {
  private let ownsHierarchy: Bool
  private let address: () -> SystemdAddress
  private var found: Shared<CgroupHierarchy>?
  private var reached: SystemdManager?

  /// Refers to the hierarchy; `ownsHierarchy` is false for a user who can make
  /// cgroups only below the one that the command is in, and `systemd` says who
  /// is asked where cgroups belong to its units.
  init(ownsHierarchy: Bool, systemd: @escaping () -> SystemdAddress) {
    self.ownsHierarchy = ownsHierarchy
    address = systemd
  }

  /// The hierarchy.
  package func hierarchy() throws(RuntimeError) -> Shared<CgroupHierarchy> {
    if let found { return found }
    let found = Shared(try CgroupHierarchy.find())
    self.found = found
    return found
  }

  /// The systemd that has made a unit, of an earlier command.
  ///
  /// - Throws: `RuntimeError` of kind `unreachable`, also when it is a user's own
  ///   and somebody else asks, or the other way round.
  func systemd(of unit: UnitRecord) throws(RuntimeError) -> SystemdManager {
    if unit.isUser == isUser { return try systemd() }
    let whose = unit.isUser ? "a user's own systemd" : "the systemd of the machine"
    throw RuntimeError(.unreachable, "\(unit.name) belongs to \(whose), which is not asked here")
  }

  private func systemd() throws(RuntimeError) -> SystemdManager {
    if let reached { return reached }
    let reached = try SystemdManager(address())
    self.reached = reached
    return reached
  }

  /// The driver of a cgroup that is made as a directory.
  func filesystemDriver(
    _ cgroupsPath: String?, id: String
  ) throws(RuntimeError) -> CgroupKeeper {
    .filesystem(
      try FilesystemDriver(try hierarchy(), cgroupsPath, id: id, ownsHierarchy: ownsHierarchy))
  }

  /// The driver of a cgroup that systemd makes.
  func systemdDriver(
    _ unit: UnitName, annotations: OrderedMap<String>, devices: [DeviceRule]?
  ) throws(RuntimeError) -> CgroupKeeper {
    .systemd(
      try SystemdDriver(
        try hierarchy(), try systemd(), unit, annotations: annotations,
        // A user's systemd may not confine devices.
        devices: isUser ? nil : devices))
  }

  /// Whether it is a user's own systemd that is asked.
  var isUser: Bool { !ownsHierarchy }
}
