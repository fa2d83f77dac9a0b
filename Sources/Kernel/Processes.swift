// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A child process as its parent holds it.
package final class Child {
  /// The process ID in the parent's PID namespace.
  package let pid: Int32
  /// A descriptor that stands for the process (pidfd_open(2)).
  package let pidfd: Descriptor

  /// Takes over a child's handle.
  package init(pid: Int32, pidfd: consuming Descriptor) {
    self.pid = pid
    self.pidfd = pidfd
  }

  /// Ends a child that is not to go on.
  package func end() {
    // It may have ended by itself.
    try? Processes.signal(pidfd, SIGKILL)
    _ = try? wait()
  }

  /// Waits for the end of the child and takes its status.
  ///
  /// Its ID is its own until that is done, and programs under a filter can be
  /// expected to wait in this way.
  ///
  /// The corresponding call is wait4(2).
  package func wait() throws(RuntimeError) -> ExitStatus {
    var status: Int32 = 0
    let pid = pid
    try check(
      retrying { negatedErrno(unsafe waitpid(pid, &status, Processes.waitAnyChild)) }, "wait4")
    return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
  }
}

/// How a process ended.
package enum ExitStatus: Sendable, Equatable {
  /// It exited with a status.
  case exited(Int32)
  /// A signal ended it.
  case signalled(Int32)

  /// The status as shells have it: the exit status, or 128 and the signal.
  package var code: Int32 {
    switch self {
    case .exited(let status): status
    case .signalled(let signal): 128 + signal
    }
  }
}

/// Making and ending processes.
package enum Processes {
  /// What a clone returns: in the parent the child's handle, in the child nothing.
  package enum Side {
    /// The parent goes on with a handle on the child.
    case parent(Child)
    /// The child goes on.
    case child
  }

  /// Copies this process, as fork(2) does, into new namespaces and a cgroup.
  ///
  /// The child goes on in ordinary code, which is sound only because the
  /// process has one thread. It must end with `exit(_:)` of this type or an
  /// exec, never by returning from main. It has no signal blocked and, of what
  /// this process or its caller ignores, ignores only SIGPIPE: see
  /// `Signals.prepareForProgram()`. A sibling is as its maker is.
  ///
  /// A plain copy can be made where a filter answers that there is no clone3(2),
  /// as engines' own do, since it cannot look into what that is asked for.
  ///
  /// The corresponding calls are clone3(2), clone(2).
  package static func clone(
    into kinds: NamespaceKinds = [], asSibling: Bool = false
  ) throws(RuntimeError) -> Side {
    try clone(into: kinds, cgroup: nil, asSibling: asSibling)
  }

  /// Copies this process like `clone(into:asSibling:)`, into the cgroup of an
  /// open directory.
  ///
  /// The corresponding call is clone3(2) with `CLONE_INTO_CGROUP`.
  package static func clone(
    into kinds: NamespaceKinds = [], cgroup: borrowing Descriptor
  ) throws(RuntimeError) -> Side {
    try clone(into: kinds, cgroup: cgroup.number, asSibling: false)
  }

  private static func clone(
    into kinds: NamespaceKinds, cgroup: Int32?, asSibling: Bool
  ) throws(RuntimeError) -> Side {
    var pidfd: Int32 = -1
    // A sibling's end is reported to our parent with the signal it was made for.
    let flags = kinds.rawValue | (asSibling ? siblingFlag : 0)
    var pid = unsafe clinux_clone3(flags, &pidfd, cgroup ?? -1, asSibling ? 0 : SIGCHLD)
    if pid == -ENOSYS, flags == 0, cgroup == nil {
      pid = unsafe clinux_clone(pidfdFlag | UInt64(SIGCHLD), &pidfd)
    }
    if try check(pid, "clone3") == 0 {
      if !asSibling { Signals.reset() }
      return .child
    }
    return .parent(Child(pid: pid, pidfd: Descriptor(owning: pidfd)))
  }

  /// The flags that `cloneSibling` shows to a filter: `CLONE_PARENT` and
  /// `CLONE_PIDFD`.
  package static let siblingFlags: UInt64 = 0x9000

  /// Copies this process into a child of its parent, in the PID namespace that
  /// it has joined for children.
  ///
  /// Filters of system calls that keep programs from making namespaces let this
  /// call pass, which shows them its flags, and not clone3(2).
  ///
  /// The corresponding call is clone(2) with `CLONE_PARENT`.
  package static func cloneSibling() throws(RuntimeError) -> Side {
    var pidfd: Int32 = -1
    let pid = unsafe clinux_clone(siblingFlags, &pidfd)
    if try check(pid, "clone") == 0 { return .child }
    return .parent(Child(pid: pid, pidfd: Descriptor(owning: pidfd)))
  }

  /// `CLONE_PIDFD`, hidden behind `_GNU_SOURCE`.
  private static let pidfdFlag: UInt64 = 0x1000
  /// `CLONE_PARENT`, hidden as well.
  private static let siblingFlag: UInt64 = 0x8000

  /// Ends this process without running exit handlers.
  ///
  /// The corresponding call is _exit(2).
  package static func exit(_ code: Int32) -> Never {
    _exit(code)
  }

  /// Opens a handle on a process.
  ///
  /// - Throws: `RuntimeError`; `ESRCH` when there is no such process, also when the
  ///   number is that of a thread.
  ///
  /// The corresponding call is pidfd_open(2).
  package static func open(pid: Int32) throws(RuntimeError) -> Descriptor {
    var number = clinux_pidfd_open(pid, 0)
    // What the kernel says of a thread, from 6.16 on and before.
    if number == -ENOENT || number == -EINVAL { number = -ESRCH }
    return Descriptor(owning: try check(number, "pidfd_open", "\(pid)"))
  }

  /// Sends a signal; 0 only checks that the process is there.
  ///
  /// The corresponding call is pidfd_send_signal(2).
  package static func signal(_ pidfd: borrowing Descriptor, _ signal: Int32) throws(RuntimeError) {
    try check(clinux_pidfd_send_signal(pidfd.number, signal), "pidfd_send_signal")
  }

  /// Takes a copy of a descriptor of another process.
  ///
  /// The corresponding call is pidfd_getfd(2).
  package static func descriptor(
    _ number: DescriptorNumber, of pidfd: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    Descriptor(owning: try check(clinux_pidfd_getfd(pidfd.number, number.value), "pidfd_getfd"))
  }

  /// The child of this process behind a descriptor that somebody else has sent.
  ///
  /// - Throws: `RuntimeError` with `ECHILD` when it is no child of this process,
  ///   whatever the sender says.
  ///
  /// The corresponding call is waitid(2) with `P_PIDFD` and `WNOWAIT`.
  package static func child(behind pidfd: consuming Descriptor) throws(RuntimeError) -> Child {
    var pid: Int32 = 0
    var code: Int32 = 0
    var status: Int32 = 0
    let options = WEXITED | WNOHANG | WNOWAIT | waitAnyChild
    try check(
      unsafe clinux_waitid_pidfd(pidfd.number, options, &pid, &code, &status), "waitid")
    let lines = try File.readControl("/proc/self/fdinfo/\(pidfd.number)").split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("Pid:") }),
      let number = Int32(line.dropFirst(4).drop { $0 == "\t" || $0 == " " })
    else { throw RuntimeError(call: "pidfd", errno: ECHILD, subject: "it names no process") }
    return Child(pid: number, pidfd: pidfd)
  }

  /// Waits for the end of a child and takes its status.
  ///
  /// The corresponding call is waitid(2) with `P_PIDFD`.
  package static func wait(_ pidfd: borrowing Descriptor) throws(RuntimeError) -> ExitStatus {
    var pid: Int32 = 0
    var code: Int32 = 0
    var status: Int32 = 0
    let number = pidfd.number
    let result = retrying {
      unsafe clinux_waitid_pidfd(number, WEXITED | waitAnyChild, &pid, &code, &status)
    }
    try check(result, "waitid")
    return exitStatus(code: code, status: status)
  }

  /// Takes the status of any child that has ended, without waiting.
  ///
  /// - Returns: nil when none has ended.
  /// - Throws: `RuntimeError` with `ECHILD` when there are no children.
  ///
  /// The corresponding call is waitid(2) with `P_ALL` and `WNOHANG`.
  package static func reap() throws(RuntimeError) -> (pid: Int32, status: ExitStatus)? {
    var pid: Int32 = 0
    var code: Int32 = 0
    var status: Int32 = 0
    let result = unsafe clinux_waitid_any(WEXITED | WNOHANG | waitAnyChild, &pid, &code, &status)
    try check(result, "waitid")
    return pid == 0 ? nil : (pid, exitStatus(code: code, status: status))
  }

  /// Children cloned as siblings report with no signal and are seen by
  /// waitid(2) only with `__WALL`.
  fileprivate static let waitAnyChild: Int32 = 0x4000_0000

  private static func exitStatus(code: Int32, status: Int32) -> ExitStatus {
    code == Int32(CLD_EXITED) ? .exited(status) : .signalled(status)
  }

  /// What the kernel tells of a process.
  package struct Information: Sendable {
    /// How far its first thread is; others may go on without it.
    package enum Phase: Sendable {
      /// It runs, or waits to.
      case living
      /// It is about to end: it has no memory any more, and is in no cgroup.
      case exiting
      /// It has ended, and nobody has taken its status.
      case zombie
    }

    /// When it started, in clock ticks since boot; with the ID it identifies
    /// the process for good.
    package let startTime: UInt64
    /// The name of its program, cut to 15 bytes.
    package let name: String
    /// How far its first thread is.
    package let phase: Phase
    /// Whether a signal or a tracer has stopped its first thread.
    package let isStopped: Bool
    /// Whether it has executed a program since it was cloned.
    package let hasExecuted: Bool
  }

  /// Looks at a process; nil when there is none, or it cannot be looked at.
  package static func information(on pid: Int32) -> Information? {
    // Whoever takes something away for want of a process uses `look`.
    try? look(at: pid)
  }

  /// Looks at a process; nil when there is none.
  ///
  /// - Throws: `RuntimeError` when it cannot be looked at, which says nothing of
  ///   whether it is there.
  ///
  /// The source is `/proc/PID/stat` (proc(5)).
  package static func look(at pid: Int32) throws(RuntimeError) -> Information? {
    guard let stat = try ProcessStat(of: pid), let flags = stat.number(6),
      let startTime = stat.number(19)
    else { return nil }
    return Information(
      startTime: startTime, name: stat.name, phase: phase(state: stat.state, flags: flags),
      isStopped: stat.state == UInt8(ascii: "T") || stat.state == UInt8(ascii: "t"),
      // PF_FORKNOEXEC of the kernel's sched.h.
      hasExecuted: flags & 0x40 == 0)
  }

  /// How a process that is about to end will have ended; nil when there is none.
  ///
  /// The source is `/proc/PID/stat` (proc(5)), for whoever may look into the
  /// process.
  package static func pendingStatus(of pid: Int32) -> ExitStatus? {
    // A process that cannot be read is not there: that is the answer.
    guard let code = (try? ProcessStat(of: pid))?.number(49) else { return nil }
    let status = Int32(truncatingIfNeeded: code)
    return status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
  }

  /// The ID of a process's parent; nil when there is no such process, 0 when the
  /// parent is in no PID namespace that this process can see.
  ///
  /// The source is `/proc/PID/stat` (proc(5)).
  package static func parent(of pid: Int32) -> Int32? {
    // A process that cannot be read is not there: that is the answer.
    (try? ProcessStat(of: pid))?.number(1).map { Int32(truncatingIfNeeded: $0) }
  }

  /// The ID of the process that a thread belongs to; nil when there is no such
  /// thread.
  ///
  /// The source is `/proc/TID/status` (proc(5)).
  package static func owner(ofThread thread: Int32) throws(RuntimeError) -> Int32? {
    let text: String
    do {
      text = try File.readControl("/proc/\(thread)/status")
    } catch {
      if error.errno == ENOENT || error.errno == ESRCH { return nil }
      throw error
    }
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Tgid:") }) else {
      return nil
    }
    return Int32(line.dropFirst(5).drop { $0 == "\t" || $0 == " " })
  }

  private static func phase(state: UInt8, flags: UInt64) -> Information.Phase {
    if state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") { return .zombie }
    // PF_EXITING of the kernel's sched.h.
    return flags & 0x4 != 0 ? .exiting : .living
  }

  /// When a process started; nil when there is none, or only a zombie.
  package static func startTime(of pid: Int32) -> UInt64? {
    guard let found = information(on: pid), found.phase != .zombie else { return nil }
    return found.startTime
  }

  /// This process's ID.
  package static var own: Int32 { getpid() }

  /// The effective user ID of this process.
  package static var effectiveUser: UInt32 { geteuid() }
}
