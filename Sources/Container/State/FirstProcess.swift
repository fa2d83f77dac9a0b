// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Kernel

/// When a container's first process counts as ended.
///
/// The pidfd says it, but not always: a process that nobody reaps in its PID
/// namespace, such as one of `exec` whose parent does not wait for it, keeps the
/// first from ending, whatever is sent to it. It has no memory any more then, is
/// in no cgroup, and nothing of it can be taken away.
extension ContainerRecord {
  /// Waits until the first process has ended.
  ///
  /// - Returns: false when the deadline passed first.
  package func waitForEnd(
    of process: borrowing Descriptor, until deadline: Deadline, _ context: RuntimeContext
  ) throws(RuntimeError) -> Bool {
    // Usually it is a moment.
    if try process.waitUntilReadable(until: .earlier(deadline, .after(milliseconds: 100))) {
      return true
    }
    if hasEnded(context) { return true }
    if try process.waitUntilReadable(until: deadline) { return true }
    return hasEnded(context)
  }

  /// Whether the first process has ended, though it may be that nobody can reap
  /// it.
  func hasEnded(_ context: RuntimeContext) -> Bool {
    do {
      guard let process = initProcess, let found = try Processes.look(at: process.pid),
        found.startTime == process.startTime
      else { return true }
      if found.phase == .living { return false }
      if try process.open() == nil { return true }
      return try hasEmptyCgroup(with: process.pid, context)
    } catch {
      // What cannot be looked at does not tell.
      return false
    }
  }

  /// Whether a process is in the container's cgroup, or one below it, and
  /// nothing that lives is.
  private func hasEmptyCgroup(with pid: Int32, _ context: RuntimeContext) throws(RuntimeError)
    -> Bool
  {
    guard let record = cgroup else { return false }
    let place = try context.cgroups.hierarchy().value.path(of: pid).description
    // The kernel's mark of one that has been removed.
    guard "\(place)/".hasPrefix("\(record.path)/") || place == "\(record.path) (deleted)" else {
      return false
    }
    return try record.open(context)?.value.isPopulated() != true
  }
}

extension ContainerRecord {
  /// Whether the first process has ended, or is about to: it cannot be entered any
  /// more then, and whatever entered it ends with it.
  var isEnding: Bool {
    do {
      guard let process = initProcess, let found = try Processes.look(at: process.pid),
        found.startTime == process.startTime
      else { return true }
      switch found.phase {
      case .living: return false
      case .exiting: return true
      // Other threads may go on when the first one has ended.
      case .zombie: return try process.open() == nil
      }
    } catch {
      // What cannot be looked at does not tell.
      return false
    }
  }
}

extension RuntimeError {
  /// What is said of a container whose first process has ended.
  static var notRunning: RuntimeError { RuntimeError(.wrongState, "container not running") }

  /// The same error, unless the container has ended meanwhile: that is the reason
  /// then, whatever a command has met with on its way.
  func explained(byEndOf container: ContainerRecord) -> RuntimeError {
    container.isEnding ? .notRunning : self
  }
}
