// SPDX-License-Identifier: Apache-2.0

package import JSON
package import Kernel

/// The driver that asks systemd: a container is a scope, a pod a slice.
///
/// systemd makes a scope around processes that exist, so the container's first
/// process comes first. Once the last one is gone, so is the scope.
package struct SystemdDriver: CgroupDriver {
  private let hierarchy: Shared<CgroupHierarchy>
  private let manager: SystemdManager
  /// The unit.
  package let unit: UnitName
  /// Where its cgroup will be.
  package let path: CgroupPath
  /// Properties that the caller wants besides.
  private let properties: [UnitProperty]
  private let devices: [DeviceRule]?

  /// How long systemd may take for a job.
  static var patience: Deadline { .after(seconds: 30) }

  /// Decides where the cgroup will be.
  ///
  /// - Parameters:
  ///   - hierarchy: the hierarchy.
  ///   - manager: the systemd that is asked.
  ///   - unit: the scope or slice.
  ///   - annotations: the configuration's, of which `org.systemd.property.*`
  ///     are properties of the unit.
  ///   - devices: which devices may be used; nil for all.
  /// - Throws: `RuntimeError` naming the annotation or the path that is wrong.
  package init(
    _ hierarchy: Shared<CgroupHierarchy>, _ manager: SystemdManager, _ unit: UnitName,
    annotations: OrderedMap<String>, devices: [DeviceRule]?
  ) throws(RuntimeError) {
    self.hierarchy = hierarchy
    self.manager = manager
    self.unit = unit
    properties = try UnitAnnotations.properties(annotations)
    self.devices = devices
    path = CgroupPath(components: try manager.ownCgroup() + unit.components())
  }

  /// There is nothing to take: a unit of the name is seen when this one is
  /// started.
  ///
  /// systemd does not look at a cgroup that it has no unit for: the first process
  /// would stand still in one that is frozen, and share one with strangers.
  package func exists() throws(RuntimeError) -> Bool {
    if !unit.isSlice { _ = try Cgroup.exists(in: hierarchy.value, at: path) }
    return false
  }

  /// Starts a slice; a scope needs a process.
  package func prepare(
    for plan: LimitPlan, as claim: CgroupClaim
  ) throws(RuntimeError) -> Cgroup? {
    guard unit.isSlice else { return nil }
    return try start(plan, claim, [UnitProperty("Wants", .strings([unit.slice]))])
  }

  /// Starts the scope of a process.
  package func admit(
    _ pid: Int32, for plan: LimitPlan, as claim: CgroupClaim
  ) throws(RuntimeError) -> Cgroup {
    try start(
      plan, claim,
      [
        UnitProperty("Slice", .string(unit.slice)), UnitProperty("Delegate", .bool(true)),
        UnitProperty("PIDs", .array(of: "u", [.uint32(UInt32(pid))])),
      ])
  }

  private func start(
    _ plan: LimitPlan, _ claim: CgroupClaim, _ own: [UnitProperty]
  ) throws(RuntimeError) -> Cgroup {
    // A failed one of an earlier life, of which nothing runs.
    try manager.resetFailed(unit.unit)
    let general =
      [
        UnitProperty("Description", .string(Self.description(claim.text))),
        UnitProperty("DefaultDependencies", .bool(false)),
        UnitProperty("CollectMode", .string("inactive-or-failed")),
      ]
      + ["CPUAccounting", "MemoryAccounting", "IOAccounting", "TasksAccounting"]
      .map { UnitProperty($0, .bool(true)) }
    let limits = UnitLimits.properties(plan, version: try manager.version())
    try manager.start(
      unit.unit, general + own + limits + UnitDevices.properties(devices) + properties,
      until: Self.patience)
    let cgroup = try opened()
    // There are some that systemd does not know, such as hugetlb, and leaves alone.
    try cgroup.enableControllers(for: plan, in: hierarchy.value)
    return cgroup
  }

  /// What tells the unit from any other of the name.
  static func description(_ claim: String) -> String { "runp \(claim)" }

  private func opened() throws(RuntimeError) -> Cgroup {
    guard let place = try manager.text("ControlGroup", of: unit.unit),
      let path = CgroupPath(recorded: place)
    else { throw RuntimeError(.failed, "systemd has started \(unit.unit) without a cgroup") }
    do {
      let directory = try File.open(
        hierarchy.value.mountPoint + path.description, [.directory, .noFollow])
      return try Cgroup(
        path: path, in: hierarchy.value, directory: directory, isConfirmed: true)
    } catch {
      throw error.adding("open the cgroup of \(unit.unit)")
    }
  }
}
