// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel

/// Why a process that somebody waits for cannot go on by itself.
///
/// One that can may be as slow as its machine is busy, or as its hooks are; one
/// that stands still may never answer, and whoever waits for it would hang with
/// it.
enum Standstill {
  /// The reason, or nil when there is none.
  static func reason(for pid: Int32, _ context: RuntimeContext) -> String? {
    if Processes.information(on: pid)?.isStopped == true {
      return "a signal or a tracer has stopped it"
    }
    do {
      let hierarchy = try context.cgroups.hierarchy()
      var place: CgroupPath? = try hierarchy.value.path(of: pid)
      // What was asked for, there or further up: that it stands still, the kernel
      // takes back for the moment in which another process comes or is killed.
      while let cgroup = place, !cgroup.components.isEmpty {
        let asked = try File.readControl("\(hierarchy.value.mountPoint)\(cgroup)/cgroup.freeze")
        if asked.first == "1" { return "its cgroup \(cgroup) is frozen" }
        place = cgroup.parent
      }
      return nil
    } catch {
      // What cannot be looked at is no reason to give up.
      return nil
    }
  }
}

extension SyncChannel {
  /// Waits for the next message of a process, as long as it can go on.
  ///
  /// Whoever may trace it can hold its end open for longer than it does: a
  /// process that has ended, or executed a program, has closed it.
  ///
  /// - Throws: `RuntimeError` naming the reason when it stands still.
  func receive(from pid: Int32, _ context: RuntimeContext) throws(RuntimeError) -> Message {
    try limitPatience()
    var deadline = Lifecycle.patience
    while true {
      if let message = try next() { return message }
      // What it said last may have come since.
      if try Self.isClosed(by: pid) { return try next(waiting: false) ?? .closed }
      if !deadline.hasPassed { continue }
      deadline = Lifecycle.patience
      if let reason = Standstill.reason(for: pid, context) {
        throw RuntimeError(.failed, "process \(pid) does not go on: \(reason)")
      }
    }
  }

  /// The next message; nil when there is none yet.
  private func next(waiting: Bool = true) throws(RuntimeError) -> Message? {
    do {
      return try receive(waiting: waiting)
    } catch {
      if error.errno == EAGAIN { return nil }
      throw error
    }
  }

  private static func isClosed(by pid: Int32) throws(RuntimeError) -> Bool {
    guard let found = try Processes.look(at: pid) else { return true }
    return found.phase != .living || found.hasExecuted
  }
}
