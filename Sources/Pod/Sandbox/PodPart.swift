// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import Glibc
internal import Kernel

/// One thing that a pod holds: how it is made, and how it is undone.
struct PodPart {
  /// What it is, for errors.
  let name: String
  /// Makes it for a pod whose state and document are written.
  let make: (PodHandle, PodSpec) throws -> Void
  /// Undoes it, however far its making or an earlier undoing has come.
  let undo: (PodHandle) throws -> Void

  /// Everything that a pod holds, in the order in which it is made.
  ///
  /// It is undone from the end to the beginning.
  static var all: [PodPart] {
    [
      PodPart(name: "cgroup", make: makeCgroup, undo: removeCgroup),
      // What is mounted comes after the mount that it is mounted on.
      PodPart(
        name: "mount", make: { pod, _ in try PodMounts.bind(pod.paths) },
        undo: { try PodMounts.detach($0.paths.directory) }),
      // Shared memory and volumes may be the user namespace's.
      PodPart(
        name: "namespaces", make: { try NamespaceMaker($1, $0.paths).run() },
        undo: { try PodMounts.clear($0.paths.namespaces) }),
      PodPart(
        name: "shared memory", make: { try PodMounts($1, $0.paths).makeSharedMemory() },
        undo: { try PodMounts.clear($0.paths.sharedMemory) }),
      PodPart(
        name: "volumes", make: { try PodMounts($1, $0.paths).makeVolumes() },
        undo: { try PodMounts.clear($0.paths.volumes) }),
    ]
  }

  // MARK: - The cgroup

  private static func makeCgroup(_ pod: PodHandle, _ spec: PodSpec) throws {
    guard let planned = try PodCgroup.plan(spec, id: pod.id, pod.context) else { return }
    let cgroup: Shared<Cgroup>?
    do {
      cgroup = try planned.make(pod.state?.cgroup)
    } catch {
      // It was not made, and whatever has its place is somebody else's.
      try pod.record { $0.cgroup = nil }
      if error.kind == .permissionDenied, PodCgroup.isOptional(spec, pod.context) { return }
      throw error
    }
    guard let cgroup else { return }
    // Before anything is in it: whoever finds the record may kill what is.
    try pod.record { $0.cgroup = $0.cgroup?.confirmed(cgroup.value) }
    try planned.apply(to: cgroup.value)
  }

  private static func removeCgroup(_ pod: PodHandle) throws {
    if let cgroup = pod.state?.cgroup { try PodCgroup.remove(cgroup, pod.context) }
  }
}
