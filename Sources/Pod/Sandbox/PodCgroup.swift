// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import Kernel
internal import RuntimeSpec

/// The cgroup of a pod: its limits hold for all containers together, and no
/// process is ever in it itself.
enum PodCgroup {
  /// Where the cgroup of a pod is going to be; nil when there is to be none.
  static func path(
    _ spec: PodSpec, id: String, _ context: RuntimeContext
  ) throws(CgroupError) -> CgroupPath? {
    if context.cgroupManager == .disabled { return nil }
    let base = context.rootless ? try context.cgroups.hierarchy().value.ownPath() : .root
    return try CgroupPath(
      cgroupsPath: spec.linux.cgroupsPath ?? "\(parentName)/\(id)", id: id, below: base)
  }

  /// Whether a pod can do without a cgroup where this user may make none.
  static func isOptional(_ spec: PodSpec, _ context: RuntimeContext) -> Bool {
    context.rootless && spec.linux.cgroupsPath == nil && spec.linux.resources == nil
  }

  /// Makes the cgroup and sets its limits.
  ///
  /// `recorded` is called with the cgroup's identity before anything else is
  /// done with it.
  static func make(
    at path: CgroupPath, _ resources: LinuxResources?, _ context: RuntimeContext,
    recorded: (UInt64) throws(SystemError) -> Void
  ) throws {
    let plan = try LimitPlan(resources)
    let host = try context.cgroups.hierarchy()
    let cgroup = try Cgroup.create(in: host.value, at: path, for: plan)
    try recorded(cgroup.identity)
    try cgroup.apply(plan)
    if let devices = resources?.devices, !devices.isEmpty {
      try cgroup.attachDeviceProgram(try DeviceRule.rules(devices))
    }
  }

  /// Removes the cgroup and what is left in it.
  static func remove(
    _ record: CgroupRecord, _ context: RuntimeContext
  ) throws(CgroupError) {
    guard let path = CgroupPath(recorded: record.path) else { return }
    let host = try context.cgroups.hierarchy()
    do {
      try Cgroup.open(in: host.value, at: path, identity: record.identity)?
        .remove(until: .after(milliseconds: 10_000))
    } catch  where error.kind == .notOurs {
      // The pod's was never made, and something else has its place.
    }
    if let parent = path.parent, parent.components.last == parentName {
      // A command killed right after making it has left it without the mark by
      // which it is removed with the last pod; one that is in use stays.
      try? File.remove("\(host.value.mountPoint)\(parent)", isDirectory: true)
    }
  }

  /// The name of the cgroup around those of pods that ask for no other place.
  private static let parentName = "runp-pods"
}
