// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON
package import Kernel
package import RuntimeSpec

/// A change of the limits of a container or a pod, checked before anything is
/// touched.
package struct ResourcesUpdate {
  /// What holds once it is carried out.
  package let result: LinuxResources
  private let plan: LimitPlan
  /// The devices that may be used, when that changes, and those before.
  private let devices: (new: [DeviceRule], old: [DeviceRule])?

  /// Merges a change with what holds.
  ///
  /// - Parameters:
  ///   - change: the change.
  ///   - held: what holds.
  ///   - owner: whose limits they are. Devices of a container are confined without
  ///     a rule that says so.
  /// - Throws: `RuntimeError` naming the property that is wrong.
  package init(
    _ change: LinuxResources, of held: LinuxResources?, _ owner: CgroupRequest.Owner
  ) throws(RuntimeError) {
    let held = held ?? LinuxResources()
    let path = Self.path
    let result = held.updated(by: change)
    try fromDocument { () throws(SpecError) in
      try change.validate(at: path)
      try result.validate(at: path)
    }
    self.result = result
    plan = try LimitPlan(result.part(changedBy: change))
    let isFree = owner == .pod && held.devices.isEmpty
    let old = isFree ? [LinuxDeviceCgroup(allow: true)] : held.devices
    devices =
      change.devices.isEmpty
      ? nil : (change.devices.map { DeviceRule($0) }, old.map { DeviceRule($0) })
  }

  /// Where a configuration has limits.
  private static var path: DocumentPath { DocumentPath.root["linux"]["resources"] }

  /// Reads limits in the form that they have in a configuration.
  package static func decode(_ bytes: [UInt8]) throws(SpecError) -> LinuxResources {
    let resources = try LinuxResources(json: JSONNode(try JSONValue(parsing: bytes), at: path))
    try resources.validate(at: path)
    return resources
  }

  /// Reads the document of a change, of the same form.
  package static func decodeChange(_ bytes: [UInt8]) throws(SpecError) -> LinuxResources {
    try decode(bytes).written(in: nil)
  }

  /// Sets the limits, all or none of them, and keeps what holds from then on.
  ///
  /// Killed in between, the command leaves limits of both kinds and a record of
  /// the old ones. The next update sets whatever it names, with what the kernel
  /// takes together with it, and needs nothing that is in force for that. The
  /// other way round the record would tell of limits that may never have been
  /// set.
  ///
  /// - Parameters:
  ///   - record: the cgroup; nil for none.
  ///   - context: what holds for the command.
  ///   - keep: writes `result` down.
  /// - Throws: `RuntimeError` naming the property that could not be set.
  package func carryOut(
    on record: CgroupRecord?, _ context: RuntimeContext, keep: () throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    guard context.cgroupManager != .disabled else {
      throw RuntimeError(.failed, "limits cannot be changed with --cgroup-manager disabled")
    }
    guard let record, let cgroup = try record.open(context) else { throw Self.noCgroup }
    do throws(RuntimeError) {
      let unit = try record.unit.map { unit throws(RuntimeError) in
        ManagedUnit(unit.name, of: try context.cgroups.systemd(of: unit))
      }
      let host = try context.cgroups.hierarchy()
      let former = try cgroup.value.change(plan, in: host.value, unit)
      do throws(RuntimeError) {
        try replaceDevices(devices?.new, of: cgroup.value, unit, context)
        try keep()
      } catch {
        if !record.isGone(context) { undo(former, cgroup.value, unit, context) }
        throw error
      }
    } catch {
      throw record.isGone(context) ? Self.noCgroup : error
    }
  }

  private static var noCgroup: RuntimeError {
    RuntimeError(.wrongState, "it has no cgroup that limits could be set on")
  }

  private func undo(
    _ former: LimitPlan, _ cgroup: borrowing Cgroup, _ unit: ManagedUnit?,
    _ context: RuntimeContext
  ) {
    do throws(RuntimeError) {
      try replaceDevices(devices?.old, of: cgroup, unit, context)
    } catch {
      context.warn("\(error)")
    }
    do throws(RuntimeError) {
      try cgroup.restore(former, unit)
    } catch {
      context.warn("\(error)")
    }
  }

  private func replaceDevices(
    _ rules: [DeviceRule]?, of cgroup: borrowing Cgroup, _ unit: ManagedUnit?,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    guard let rules else { return }
    do {
      // A user's systemd may not confine devices.
      try cgroup.replaceDeviceProgram(
        rules, from: SharedDevicePrograms(notedOn: context.root),
        context.cgroups.isUser ? nil : unit)
    } catch {
      if context.rootless, error.isLackOfDevicePrograms { return }
      throw error
    }
  }
}
