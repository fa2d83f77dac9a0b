// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

extension Cgroup {
  /// Whether the cgroup was told to freeze its processes; one that stands
  /// still only because a cgroup above it is frozen was not.
  package borrowing func isFrozen() throws(CgroupError) -> Bool {
    try read("cgroup.freeze")?.first == "1"
  }

  /// Stops all of its processes, and those of the cgroups below it, where they
  /// are; they stay so until they are thawed or killed.
  package borrowing func freeze(until deadline: Deadline) throws(CgroupError) {
    try control("cgroup.freeze", "1")
    do {
      try wait(for: "frozen", toBe: 1, until: deadline)
    } catch {
      try control("cgroup.freeze", "0")
      throw error
    }
  }

  /// Lets frozen processes go on.
  package borrowing func thaw(until deadline: Deadline) throws(CgroupError) {
    try control("cgroup.freeze", "0")
    // Under a frozen ancestor this cgroup stays frozen, and that is no failure.
    if try value(of: "frozen", in: "cgroup.events") == 1, !(try hasFrozenAncestor()) {
      try wait(for: "frozen", toBe: 0, until: deadline)
    }
  }

  private borrowing func hasFrozenAncestor() throws(CgroupError) -> Bool {
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
  /// - Throws: `CgroupError` of kind `notOurs` when it is not confirmed that
  ///   runp made the cgroup.
  package borrowing func kill(until deadline: Deadline) throws(CgroupError) {
    guard isConfirmed else { throw notOurs() }
    do {
      try File.writeControl("1", to: "cgroup.kill", at: directory)
    } catch  where error.errno == ENOENT {
      if File.exists("cgroup.freeze", at: directory) { try killEach(until: deadline) }
    } catch  where error.errno == ENODEV {
      // It was removed meanwhile.
    } catch {
      throw CgroupError(error, "kill cgroup \(path)")
    }
  }

  /// Before Linux 5.14: what is frozen can neither fork nor give its number
  /// to another process.
  private borrowing func killEach(until deadline: Deadline) throws(CgroupError) {
    do {
      try freeze(until: deadline)
    } catch  where error.kind == .timedOut {
      // One of them is deep in the kernel; the others need not wait for it.
    }
    for process in try processes() {
      _ = Glibc.kill(process, SIGKILL)
    }
    try control("cgroup.freeze", "0")
  }

  /// Waits until no process is in it, nor in the cgroups below it.
  ///
  /// - Throws: `CgroupError` of kind `timedOut` when the deadline passed first.
  package borrowing func waitUntilEmpty(until deadline: Deadline) throws(CgroupError) {
    try wait(for: "populated", toBe: 0, until: deadline)
  }

  /// Waits for a line of cgroup.events; a cgroup that is gone has none, and is
  /// neither populated nor frozen.
  private borrowing func wait(
    for key: String, toBe wanted: UInt64, until deadline: Deadline
  ) throws(CgroupError) {
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
      throw CgroupError(error, "wait for cgroup \(path)")
    }
    throw CgroupError(.timedOut, "cgroup \(path) did not get to \(key) \(wanted) in time")
  }

  borrowing func notOurs() -> CgroupError {
    CgroupError(
      .notOurs,
      "cgroup \(location) is left alone: it is in use, and nothing says that runp made it")
  }

  private borrowing func control(_ file: String, _ text: String) throws(CgroupError) {
    do {
      try File.writeControl(text, to: file, at: directory)
    } catch {
      throw CgroupError(error, "cgroup \(path)")
    }
  }
}
