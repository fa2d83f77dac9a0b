// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel
internal import RuntimeSpec

extension PodLifecycle {
  /// Removes a pod; with `force` its containers are killed first, and a pod
  /// that does not exist is no error.
  package static func delete(
    _ id: String, force: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      let pod = try PodHandle.open(id, context)
      if force { return try endAndDelete(pod) }
      try requireDeletable(pod)
      if try !lock(pod, wait: false) {
        throw RuntimeError(.wrongState, "pod \(id) is being changed by another command")
      }
      defer { FileLock.release(pod.directory.descriptor) }
      try requireSame(pod)
      try requireDeletable(pod)
      try removeLocked(pod)
    } catch  where force && error.kind == .notFound {
      // That is what was wanted.
    }
  }

  /// Removes a pod, and no later one of the same ID, killing its containers.
  static func delete(_ pod: PodHandle) throws(RuntimeError) {
    do throws(RuntimeError) {
      try endAndDelete(pod)
    } catch  where error.kind == .notFound {
      // That is what was wanted.
    }
  }

  private static func endAndDelete(_ pod: PodHandle) throws(RuntimeError) {
    // A supervisor takes the ends of its containers for what they are.
    try pod.announceRemoval()
    if try !lock(pod, wait: false) {
      // Whoever creates a container in the pod holds the lock; ending what is
      // there, `create` commands under way included, has them let go of it.
      try Members.removeAll(of: pod)
      _ = try lock(pod, wait: true)
    }
    defer { FileLock.release(pod.directory.descriptor) }
    try requireSame(pod)
    try removeLocked(pod)
  }

  /// Locks a pod against others that create containers in it or remove it.
  private static func lock(_ pod: PodHandle, wait: Bool) throws(RuntimeError) -> Bool {
    do throws(RuntimeError) {
      if !wait { return try FileLock.takeIfFree(pod.directory.descriptor) }
      try FileLock.take(pod.directory.descriptor, wait: true)
      return true
    } catch {
      throw error.adding("lock pod \(pod.id)")
    }
  }

  /// Fails when another command was quicker, and the directory may be a newer
  /// pod's.
  private static func requireSame(_ pod: PodHandle) throws(RuntimeError) {
    if pod.directory.isGone() { throw pod.notFound }
    // Without a state it was incomplete, and whoever makes it anew has a lock
    // on it for as long as that takes.
    if pod.state == nil, try pod.directory.readState() == nil { return }
    _ = try pod.refresh()
  }

  private static func removeLocked(_ pod: PodHandle) throws(RuntimeError) {
    try pod.announceRemoval()
    try Members.removeAll(of: pod)
    Members.removeUnwritten(of: pod)
    try pod.remove(keepingDirectory: false)
  }

  private static func requireDeletable(_ pod: PodHandle) throws(RuntimeError) {
    if let state = pod.state, state.phase != .ready, state.isAlive {
      throw RuntimeError(.wrongState, "cannot delete pod \(pod.id) that is being created")
    }
    for member in try Members.all(of: pod)
    where member.state != .stopped && member.state != .created {
      throw RuntimeError(
        .wrongState,
        "cannot delete pod \(pod.id): its container \(member.record.id) is"
          + " \(member.state.rawValue)")
    }
  }
}
