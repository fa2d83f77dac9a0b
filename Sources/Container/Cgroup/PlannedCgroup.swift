// SPDX-License-Identifier: Apache-2.0

package import Cgroups
package import Kernel
package import RuntimeSpec

/// The cgroup that a container or a pod is going to get, checked before
/// anything is made.
package final class PlannedCgroup {
  private let driver: CgroupKeeper
  private let limits: LimitPlan
  /// Which devices may be used; nil when that is nobody's question here.
  private let devices: [DeviceRule]?
  private let programs: SharedDevicePrograms
  private let mayLackDevices: Bool
  private let isUser: Bool

  /// Decides where the cgroup will be and what is written to it.
  ///
  /// - Parameters:
  ///   - request: the place that the configuration asks for.
  ///   - resources: the limits. Devices of a container are confined without a
  ///     rule that says so.
  ///   - context: what holds for the command.
  /// - Returns: nil when the caller wants none.
  /// - Throws: `RuntimeError` naming the property that is wrong.
  package static func plan(
    _ request: CgroupRequest, _ resources: LinuxResources?, _ context: RuntimeContext
  ) throws(RuntimeError) -> PlannedCgroup? {
    if request.manager == .disabled { return nil }
    return try PlannedCgroup(request, resources, context)
  }

  private init(
    _ request: CgroupRequest, _ resources: LinuxResources?, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let plan = try LimitPlan(resources)
    limits = request.manager == .systemd ? plan.inStepsOfSystemd : plan
    let rules = (resources?.devices ?? []).map { DeviceRule($0) }
    devices = request.owner == .container || !rules.isEmpty ? rules : nil
    programs = SharedDevicePrograms(notedOn: context.root)
    mayLackDevices = context.rootless
    isUser = context.cgroups.isUser
    if request.manager == .systemd {
      driver = try context.cgroups.systemdDriver(
        try Self.unit(of: request, isUser: isUser), annotations: request.annotations,
        devices: devices)
    } else {
      driver = try context.cgroups.filesystemDriver(request.filesystemPath, id: request.id)
    }
  }

  private static func unit(
    of request: CgroupRequest, isUser: Bool
  ) throws(RuntimeError) -> UnitName {
    switch request.owner {
    case .container:
      try UnitName(scope: request.path, id: request.id, isUser: isUser)
    case .pod:
      try request.path.map { path throws(RuntimeError) in try UnitName(slice: path) }
        ?? UnitName(pod: request.id)
    }
  }

  /// Where it will be.
  package var path: CgroupPath { driver.path }

  /// Looks at the place, and says what is recorded before the cgroup is made.
  ///
  /// Once recorded, it may be cleared by whoever finds the record.
  ///
  /// - Throws: `RuntimeError` of kind `alreadyExists` when something is there
  ///   that cannot be taken.
  package func look(for holder: CgroupHolder) throws(RuntimeError) -> CgroupRecord {
    CgroupRecord(
      path: path.description, .claim(holder.claim, existed: try driver.exists()),
      unit: driver.unit.map { UnitRecord(name: $0.unit, claim: holder.claim, isUser: isUser) })
  }

  /// Makes the cgroup of a record, or takes it, without limits yet.
  ///
  /// - Returns: nil when it is made around a process, by `admit`.
  package func make(_ record: CgroupRecord?) throws(RuntimeError) -> Shared<Cgroup>? {
    guard let made = try driver.prepare(for: limits, as: claim(of: record)) else { return nil }
    return Shared(made)
  }

  /// Makes the cgroup of a record around a process that waits to be let go.
  ///
  /// - Returns: nil when the cgroup needs no process, see `make`.
  func admit(_ pid: Int32, _ record: CgroupRecord?) throws(RuntimeError) -> Shared<Cgroup>? {
    guard case .systemd(let driver) = driver else { return nil }
    return Shared(try driver.admit(pid, for: limits, as: claim(of: record)))
  }

  private func claim(of record: CgroupRecord?) throws(RuntimeError) -> CgroupClaim {
    guard case .claim(let text, let existed)? = record?.knowledge else {
      throw RuntimeError(.failed, "cgroup \(path) is to be made, and no record says whose it is")
    }
    return CgroupClaim(
      text, mayTake: existed, isAlive: CgroupHolder.exists, holder: CgroupHolder.name)
  }

  /// Writes the limits and attaches the device program.
  package func apply(to cgroup: borrowing Cgroup) throws(RuntimeError) {
    do {
      try cgroup.apply(limits)
      if let devices { try cgroup.attachDeviceProgram(devices, from: programs) }
    } catch {
      if mayLackDevices, error.isLackOfDevicePrograms { return }
      throw error
    }
  }

  /// Whether the configuration asks for any limit.
  var hasLimits: Bool { !limits.controllers.isEmpty }
}
