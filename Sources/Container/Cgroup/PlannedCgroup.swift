// SPDX-License-Identifier: Apache-2.0

package import Cgroups
package import Kernel
package import RuntimeSpec

/// The cgroup that a container or a pod is going to get, checked before
/// anything is made.
package final class PlannedCgroup {
  private let driver: FilesystemDriver
  /// Where it will be.
  package let path: CgroupPath
  private let limits: LimitPlan
  /// Which devices may be used; nil when that is nobody's question here.
  private let devices: [DeviceRule]?
  private let mayLackDevices: Bool

  /// Decides where the cgroup will be and what is written to it.
  ///
  /// - Parameters:
  ///   - cgroupsPath: the path as the configuration has it.
  ///   - id: the ID of the container or pod.
  ///   - resources: its limits.
  ///   - confinesDevices: whether devices are confined without a rule that says
  ///     so, as they are for a container.
  ///   - context: what holds for the command.
  /// - Returns: nil when the caller wants none.
  /// - Throws: `RuntimeError` naming the property that is wrong.
  package static func plan(
    _ cgroupsPath: String?, id: String, _ resources: LinuxResources?, confinesDevices: Bool,
    _ context: RuntimeContext
  ) throws(RuntimeError) -> PlannedCgroup? {
    if context.cgroupManager == .disabled { return nil }
    do {
      return try PlannedCgroup(
        cgroupsPath, id: id, resources, confinesDevices: confinesDevices, context)
    } catch {
      throw RuntimeError(error)
    }
  }

  private init(
    _ cgroupsPath: String?, id: String, _ resources: LinuxResources?, confinesDevices: Bool,
    _ context: RuntimeContext
  ) throws(CgroupError) {
    driver = try context.cgroups.driver()
    path = try driver.place(cgroupsPath, id: id)
    limits = try LimitPlan(resources)
    let rules = (resources?.devices ?? []).map { DeviceRule($0) }
    devices = confinesDevices || !rules.isEmpty ? rules : nil
    mayLackDevices = context.rootless
  }

  /// Looks at the place, and says what is recorded before the cgroup is made.
  ///
  /// Once recorded, it may be cleared by whoever finds the record.
  ///
  /// - Throws: `RuntimeError` of kind `alreadyExists` when something is there
  ///   that cannot be taken.
  package func look(for holder: CgroupHolder) throws(RuntimeError) -> CgroupRecord {
    do {
      return CgroupRecord(
        path: path.description,
        .claim(holder.claim, existed: try driver.exists(at: path)))
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Makes the cgroup of a record, or takes it, without limits yet.
  package func make(_ record: CgroupRecord?) throws(CgroupError) -> Shared<Cgroup> {
    guard case .claim(let text, let existed)? = record?.knowledge else {
      throw CgroupError(.failed, "cgroup \(path) is to be made, and no record says whose it is")
    }
    let claim = CgroupClaim(
      text, mayTake: existed, isAlive: CgroupHolder.exists, holder: CgroupHolder.name)
    return Shared(try driver.prepare(path, for: limits, as: claim))
  }

  /// Writes the limits and attaches the device program.
  package func apply(to cgroup: borrowing Cgroup) throws(CgroupError) {
    do {
      try driver.apply(limits, devices: devices, to: cgroup)
    } catch {
      // The kernel takes no such programs in a user namespace, where no device
      // can be made either.
      if mayLackDevices, error.cause?.call == "bpf", error.kind == .permissionDenied { return }
      throw error
    }
  }

  /// Whether the configuration asks for any limit.
  package var hasLimits: Bool { !limits.controllers.isEmpty }
}
