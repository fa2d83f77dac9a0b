// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The way into a running container, seen from the processes that go it: the
/// one in between, and the one that it clones.
///
/// Whoever may trace in the container's PID namespace (`CAP_SYS_PTRACE`) looks
/// into a process there from its first moment on, whatever that says about
/// itself: through `/proc/PID/root`, its descriptors, its memory, or by making
/// it do something with its privileges. So the one that appears there is
/// cloned when nothing of the host is left to be found.
final class EnteringProcess {
  private let target: EntryTarget
  private let work: any EntryWork
  private let channel: SyncChannel

  private init(_ target: EntryTarget, _ work: any EntryWork, _ channel: SyncChannel) {
    self.target = target
    self.work = work
    self.channel = channel
  }

  /// Goes on as the process in between.
  static func main(_ target: EntryTarget, _ work: any EntryWork, _ channel: SyncChannel) -> Never {
    let process = EnteringProcess(target, work, channel)
    // Its descriptors are closed all at once, by number; no owner may close
    // one again.
    _ = unsafe Unmanaged.passRetained(process)
    do {
      let rest = try process.enter()
      try process.appear(rest)
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(error))
      Processes.exit(1)
    }
  }

  // MARK: In between

  private func enter() throws(RuntimeError) -> EntryWork.Rest {
    try step("prepare to enter the container") { () throws(RuntimeError) in try prepare() }
    try step("join the container's namespaces") { () throws(RuntimeError) in
      try target.join(else: work.user)
    }
    let rest = try step("set up the process") { () throws(RuntimeError) in try work.setUp(channel) }
    try step("let go of the host") { () throws(RuntimeError) in try letGoOfHost() }
    try step("confine the process") { () throws(RuntimeError) in try work.confine() }
    return rest
  }

  private func prepare() throws(RuntimeError) {
    try OwnProcess.setParentDeathSignal(SIGKILL)
    try work.prepare(channel)
    // Without privileges not before, and not by `hideChildren`: it takes the
    // process's own files in procfs away from it.
    try OwnProcess.makeUndumpable()
  }

  private func letGoOfHost() throws(RuntimeError) {
    // A change of the user may have undone it.
    try OwnProcess.makeUndumpable()
    OwnProcess.forgetCaller()
    try OwnProcess.closeAll(except: [channel.open()], passingOn: work.preservedFiles)
  }

  /// The calls that both processes make between confinement and the program.
  ///
  /// Arguments are named where filters may look at them.
  static let callsAfterwards = [
    ForeseenCall("clone", [0: Processes.siblingFlags]), ForeseenCall("sendmsg"),
    ForeseenCall("exit_group"), ForeseenCall("prctl", [0: 1]), ForeseenCall("prctl", [0: 47]),
    ForeseenCall("capset"), ForeseenCall("setsid"), ForeseenCall("fcntl"),
    ForeseenCall("ioctl", [1: 0x540e]), ForeseenCall("read"), ForeseenCall("write"),
    ForeseenCall("close"), ForeseenCall("close_range"), ForeseenCall("prlimit64"),
    ForeseenCall("rt_sigaction"), ForeseenCall("rt_sigprocmask"), ForeseenCall("execve"),
    // The allocator's.
    ForeseenCall("brk"), ForeseenCall("mmap", [2: 3, 3: 0x22]), ForeseenCall("munmap"),
    ForeseenCall("madvise"), ForeseenCall("mremap"),
  ]

  /// Clones the process that appears in the container, and ends.
  private func appear(_ rest: EntryWork.Rest) throws(RuntimeError) -> Never {
    // As a child of the runtime, which waits for its end.
    guard case .parent(let child) = try Processes.cloneSibling() else {
      try goOn(rest)
    }
    try channel.send(.process(child.pid, Shared(try child.pidfd.duplicate())))
    Processes.exit(0)
  }

  // MARK: In the container

  private func goOn(_ rest: EntryWork.Rest) throws(RuntimeError) -> Never {
    try OwnProcess.setParentDeathSignal(SIGKILL)
    try OwnProcess.startSession()
    if work.hasTerminal { try Console.makeControlling() }
    try channel.waitForGo()
    // The runtime may end once the program runs.
    try OwnProcess.setParentDeathSignal(nil)
    try rest(channel)
  }
}
