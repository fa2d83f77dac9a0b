// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import Kernel
internal import RuntimeSpec

/// The cgroup of a pod: its limits hold for all containers together, and no
/// process is ever in it itself.
enum PodCgroup {
  /// Decides where the cgroup of a pod is going to be; nil when there is to be
  /// none.
  static func plan(
    _ spec: PodSpec, id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> PlannedCgroup? {
    try PlannedCgroup.plan(
      CgroupRequest(.pod, spec.linux.cgroupsPath, id: id, by: context.cgroupManager),
      spec.linux.resources, context)
  }

  /// Whether a pod can do without a cgroup where this user may make none.
  static func isOptional(_ spec: PodSpec, _ context: RuntimeContext) -> Bool {
    context.rootless && spec.linux.cgroupsPath == nil && spec.linux.resources == nil
  }

  /// Removes the cgroup and what is left in it.
  static func remove(_ record: CgroupRecord, _ context: RuntimeContext) throws(RuntimeError) {
    do {
      try record.remove(until: Lifecycle.patience, context)
    } catch {
      // Otherwise the pod's was never made, and something else has its place.
      if error.kind != .notOurs { throw error }
    }
    if let parent = CgroupPath(recorded: record.path)?.parent,
      parent.components.last == CgroupRequest.podsParent
    {
      // A command killed right after making it has left it without the mark by
      // which it is removed with the last pod; one that is in use stays.
      let host = try context.cgroups.hierarchy()
      try? File.remove("\(host.value.mountPoint)\(parent)", isDirectory: true)
    }
  }
}
