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
  let make: (PodHandle, PodSpec) throws(RuntimeError) -> Void
  /// Undoes it, however far its making or an earlier undoing has come.
  let undo: (PodHandle) throws(RuntimeError) -> Void

  /// Everything that a pod holds, in the order in which it is made.
  ///
  /// It is undone from the end to the beginning.
  static var all: [PodPart] {
    [
      PodPart(name: "cgroup", make: makeCgroup, undo: removeCgroup),
      // What is mounted comes after the mount that it is mounted on.
      PodPart(
        name: "mount",
        make: { (pod, _) throws(RuntimeError) in try PodMounts.bind(pod.paths) },
        undo: { (pod) throws(RuntimeError) in try PodMounts.detach(pod.paths.directory) }),
      // Shared memory and volumes may be the user namespace's.
      PodPart(
        name: "namespaces",
        make: { (pod, spec) throws(RuntimeError) in try NamespaceMaker(spec, pod.paths).run() },
        undo: { (pod) throws(RuntimeError) in try PodMounts.clear(pod.paths.namespaces) }),
      PodPart(
        name: "shared memory",
        make: { (pod, spec) throws(RuntimeError) in
          try PodMounts(spec, pod.paths).makeSharedMemory()
        },
        undo: { (pod) throws(RuntimeError) in try PodMounts.clear(pod.paths.sharedMemory) }),
      PodPart(
        name: "volumes",
        make: { (pod, spec) throws(RuntimeError) in try PodMounts(spec, pod.paths).makeVolumes() },
        undo: { (pod) throws(RuntimeError) in try PodMounts.clear(pod.paths.volumes) }),
    ]
  }

  // MARK: - The cgroup

  private static func makeCgroup(_ pod: PodHandle, _ spec: PodSpec) throws(RuntimeError) {
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

  private static func removeCgroup(_ pod: PodHandle) throws(RuntimeError) {
    if let cgroup = pod.state?.cgroup { try PodCgroup.remove(cgroup, pod.context) }
  }
}
