// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel

/// The end of a container's first process that its parent is not told of.
///
/// A zombie in its PID namespace whose own parent takes no notice keeps it from
/// ending (see `hasEnded`), but not from leaving its cgroup empty.
final class UnreportedEnd {
  /// What reports when somebody comes into the cgroup, or the last one goes; nil
  /// once there is no such cgroup.
  private(set) var events: Shared<Descriptor>?
  private let record: ContainerRecord
  private let context: RuntimeContext

  /// Watches a container; there is nothing to watch where it has no cgroup.
  init(_ record: ContainerRecord, _ context: RuntimeContext) throws(RuntimeError) {
    self.record = record
    self.context = context
    guard let cgroup = try record.cgroup?.open(context) else { return }
    events = try cgroup.value.events()
  }

  /// Looks after a change.
  ///
  /// - Returns: how the process has ended, if it has and its parent is not told.
  func status(of child: Child) -> ExitStatus? {
    guard let watched = events else { return nil }
    if let bytes = try? File.readAgain(watched.value) {
      let text = String(decoding: bytes, as: UTF8.self)
      if Cgroup.value(of: "populated", in: text) == 1 { return nil }
    } else {
      // What cannot be read any more is gone, and is watched no longer.
      events = nil
    }
    // Usually both come at the same moment.
    if (try? child.pidfd.waitUntilReadable(until: .now)) == true { return nil }
    guard let process = record.initProcess, record.hasEnded(context) else { return nil }
    return Processes.pendingStatus(of: process.pid)
  }
}
