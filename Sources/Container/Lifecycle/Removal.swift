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
    let deadline = Deadline.after(milliseconds: Lifecycle.patience)
    try endInit(until: deadline)
    try removeCgroup(until: deadline)
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
      throw RuntimeError(error, "remove the state directory")
    }
  }

  private func endInit(until deadline: Deadline) throws(RuntimeError) {
    do {
      guard let handle = try record.initProcess?.open() else { return }
      try Processes.signal(handle.value, SIGKILL)
      if try !handle.value.waitUntilReadable(until: deadline) {
        throw RuntimeError(.failed, "container init still running")
      }
    } catch let error as SystemError {
      if error.errno == ESRCH { return }
      throw RuntimeError(error, "kill the container's first process")
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(.failed, "\(error)")
    }
  }

  private func removeCgroup(until deadline: Deadline) throws(RuntimeError) {
    guard let cgroup = try record.cgroup?.open(context) else { return }
    do {
      try cgroup.value.remove(until: deadline)
    } catch  where error.kind == .notOurs {
      context.warn(error.description)
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Detaches what was mounted where no mount namespace of the container takes
  /// it along.
  private func detachMounts() {
    guard record.mountsOutlive else { return }
    // Not mounted is what is wanted.
    try? Mounts.detach(record.rootfs)
  }
}
