// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

extension Cgroup {
  /// Whether the cgroup was told to freeze its processes; one that stands
  /// still only because a cgroup above it is frozen was not.
  package borrowing func isFrozen() throws(RuntimeError) -> Bool {
    try read("cgroup.freeze")?.first == "1"
  }

  /// Whether all of its processes stand still, as those that were told to do
  /// before long.
  package borrowing func standsStill() throws(RuntimeError) -> Bool {
    try value(of: "frozen", in: "cgroup.events") == 1
  }

  /// Stops all of its processes, and those of the cgroups below it, where they
  /// are; they stay so until they are thawed or killed.
  package borrowing func freeze(until deadline: Deadline) throws(RuntimeError) {
    try control("cgroup.freeze", "1")
    do {
      try wait(for: "frozen", toBe: 1, until: deadline)
    } catch {
      try control("cgroup.freeze", "0")
      throw error
    }
  }

  /// Lets frozen processes go on.
  package borrowing func thaw(until deadline: Deadline) throws(RuntimeError) {
    try control("cgroup.freeze", "0")
    // Under a frozen ancestor this cgroup stays frozen, and that is no failure.
    if try standsStill(), !(try hasFrozenAncestor()) {
      try wait(for: "frozen", toBe: 0, until: deadline)
    }
  }

  private borrowing func hasFrozenAncestor() throws(RuntimeError) -> Bool {
    var above = ".."
    for _ in path.components.dropLast() {
      if try read("\(above)/cgroup.freeze")?.first == "1" { return true }
      above += "/.."
    }
    return false
  }

  /// Sends SIGKILL to all of its processes, and those of the cgroups below it,
  /// frozen ones too, and does not wait for their end.
  ///
  /// - Throws: `RuntimeError` of kind `notOurs` when it is not confirmed that
  ///   runp made the cgroup.
  package borrowing func kill() throws(RuntimeError) {
    guard isConfirmed else { throw notOurs() }
    do {
      try File.writeControl("1", to: "cgroup.kill", at: directory)
    } catch  where error.meansRemoved {
      // Nothing is in it any more.
    } catch  where error.errno == EOPNOTSUPP {
      // It has become threaded, and the kernel kills only whole domains.
      _ = try signal(SIGKILL, until: .after(milliseconds: 1000))
    } catch {
      throw error.adding("kill cgroup \(path)")
    }
  }

  /// Sends a signal to all of its processes, and those of the cgroups below it.
  ///
  /// They stand still meanwhile, or one that is being forked, or moves on to
  /// another of the cgroups, would be missed. A cgroup that was frozen before
  /// stays so.
  ///
  /// - Returns: the processes, seen from the PID namespace of the caller.
  /// - Throws: `RuntimeError` of kind `notOurs` when it is not confirmed that
  ///   runp made the cgroup; all processes were tried when another is thrown.
  package borrowing func signal(
    _ number: Int32, until deadline: Deadline
  ) throws(RuntimeError) -> [Int32] {
    guard isConfirmed else { throw notOurs() }
    do throws(RuntimeError) {
      if try isFrozen() { return try signalEach(number) }
      return try signalFrozen(number, until: deadline)
    } catch {
      if error.meansRemoved { return [] }
      throw error
    }
  }

  private borrowing func signalFrozen(
    _ number: Int32, until deadline: Deadline
  ) throws(RuntimeError) -> [Int32] {
    do {
      try freeze(until: deadline)
    } catch  where error.kind == .timedOut {
      // One of them is deep in the kernel; the others need not wait for it.
    }
    do {
      let processes = try signalEach(number)
      try control("cgroup.freeze", "0")
      return processes
    } catch {
      try control("cgroup.freeze", "0")
      throw error
    }
  }

  private borrowing func signalEach(_ number: Int32) throws(RuntimeError) -> [Int32] {
    let processes = try processes()
    var failure: RuntimeError?
    for process in processes {
      do {
        try Processes.signal(try Processes.open(pid: process), number)
      } catch  where error.errno != ESRCH {
        failure = failure ?? error
      } catch {
        // It has ended by itself.
      }
    }
    if let failure { throw failure.adding("cgroup \(path)") }
    return processes
  }

  /// Waits until no process is in it, nor in the cgroups below it.
  ///
  /// - Throws: `RuntimeError` of kind `timedOut` when the deadline passed first.
  package borrowing func waitUntilEmpty(until deadline: Deadline) throws(RuntimeError) {
    try wait(for: "populated", toBe: 0, until: deadline)
  }

  /// Waits for a line of cgroup.events; a cgroup that is gone has none, and is
  /// neither populated nor frozen.
  private borrowing func wait(
    for key: String, toBe wanted: UInt64, until deadline: Deadline
  ) throws(RuntimeError) {
    do {
      let events = try File.open("cgroup.events", at: directory)
      while true {
        // A change between this reading and the poll below is not lost: the
        // kernel compares with what was last read.
        let text = String(decoding: try File.readAgain(events), as: UTF8.self)
        if Self.value(of: key, in: text) == wanted { return }
        if try !events.waitForChange(until: deadline), deadline.hasPassed { break }
      }
    } catch  where error.meansRemoved {
      return
    } catch {
      throw error.adding("wait for cgroup \(path)")
    }
    throw RuntimeError(.timedOut, "cgroup \(path) did not get to \(key) \(wanted) in time")
  }

  borrowing func notOurs() -> RuntimeError {
    RuntimeError(
      .notOurs,
      "cgroup \(location) is left alone: it is in use, and nothing says that runp made it")
  }

  private borrowing func control(_ file: String, _ text: String) throws(RuntimeError) {
    do {
      try File.writeControl(text, to: file, at: directory)
    } catch {
      throw error.adding("cgroup \(path)")
    }
  }
}
