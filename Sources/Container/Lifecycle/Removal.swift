// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel

/// Taking away everything that a record says a container has, in whatever
/// state its making or an earlier removal was left.
struct Removal {
  private let record: ContainerRecord
  private let context: RuntimeContext

  init(_ record: ContainerRecord, _ context: RuntimeContext) {
    self.record = record
    self.context = context
  }

  /// Ends all processes, removes the cgroup, then the state directory.
  func run(_ directory: borrowing StateDirectory) throws(RuntimeError) {
    let deadline = Lifecycle.patience
    let process = try killInit()
    try removeCgroup(until: deadline)
    if let process, try !record.waitForEnd(of: process.value, until: deadline, context) {
      throw RuntimeError(.failed, "container init still running")
    }
    detachMounts()
    try Self.removeDirectory(directory, with: PodEntry(record, root: context.root))
  }

  /// Removes a state directory whose container has nothing else but an entry in
  /// a pod.
  static func removeDirectory(
    _ directory: borrowing StateDirectory, with entry: PodEntry? = nil
  ) throws(RuntimeError) {
    do {
      try directory.remove(with: entry)
    } catch {
      throw error.adding("remove the state directory")
    }
  }

  /// - Returns: the first process, which may not have ended yet.
  private func killInit() throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      guard let process = try record.initProcess?.open() else { return nil }
      try Processes.signal(process.value, SIGKILL)
      return process
    } catch  where error.errno == ESRCH {
      return nil
    } catch {
      throw error.adding("kill the container's first process")
    }
  }

  private func removeCgroup(until deadline: Deadline) throws(RuntimeError) {
    do {
      try record.cgroup?.remove(until: deadline, context)
    } catch {
      if error.kind != .notOurs { throw error }
      context.warn(error.description)
    }
  }

  /// Detaches the container's root where it is among the host's mounts; what the
  /// caller has mounted there before it stays.
  private func detachMounts() {
    guard let below = record.mountBelow, let top = try? FileStatus(record.rootfs),
      top.mountID != below
    else { return }
    // Not mounted is what is wanted.
    try? Mounts.detach(record.rootfs)
  }
}
