// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Waiting for a program in the foreground: signals are passed on to it, and
/// its terminal is relayed.
final class Foreground {
  private let signals: Shared<Descriptor>
  private var settings: Terminal.Settings?

  /// Takes signals over from here on, so that none is lost before there is a
  /// process to pass it on to.
  init() throws(RuntimeError) {
    // What cannot be caught, what the kernel sends for the process's own
    // faults, and what is ignored is left alone.
    let kept = Signals.mask([
      SIGKILL, SIGSTOP, SIGPIPE, SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGTRAP,
    ])
    signals = Shared(try Signals.descriptor(for: ~kept))
  }

  /// Waits for the end of a process, relaying its terminal if it has one.
  ///
  /// `end` watches for one that this process is not told of.
  func wait(
    for child: Child, console: Shared<Descriptor>?, end: UnreportedEnd? = nil
  ) throws(RuntimeError) -> ExitStatus {
    defer { restoreTerminal() }
    do {
      let relay = try console.map { console throws(RuntimeError) in
        try takeTerminal()
        return try TerminalRelay(console)
      }
      while true {
        if let status = try handleSignals(child, console) {
          if let relay { try finish(relay) }
          return status
        }
        var set = PollSet()
        set.add(signals.value, .readable)
        if let events = end?.events { set.add(events.value, .changed) }
        let deadline = relay?.watch(&set)
        let ready = try set.wait(until: deadline)
        if !ready.contains(signals.value), let events = end?.events, ready.contains(events.value),
          let status = end?.status(of: child),
          // Usually it is a moment.
          try !child.pidfd.waitUntilReadable(until: .after(milliseconds: 100))
        {
          return status
        }
        relay?.pump(ready)
      }
    } catch {
      throw error.adding("wait for the container")
    }
  }

  /// Passes on what the program has left, until a signal asks to end.
  private func finish(_ relay: TerminalRelay) throws(RuntimeError) {
    while !relay.drain() {
      var set = PollSet()
      set.add(signals.value, .readable)
      let deadline = relay.watch(&set)
      _ = try set.wait(until: deadline)
      while let signal = Signals.next(signals.value) {
        if [SIGHUP, SIGINT, SIGQUIT, SIGTERM].contains(signal) { return }
      }
    }
  }

  /// - Returns: how the process has ended, if it has.
  private func handleSignals(
    _ child: Child, _ console: Shared<Descriptor>?
  ) throws(RuntimeError) -> ExitStatus? {
    while let signal = Signals.next(signals.value) {
      switch signal {
      case SIGCHLD:
        while let (pid, status) = try Processes.reap() {
          if pid == child.pid { return status }
        }
      case SIGWINCH:
        if let console { try Self.copySize(to: console) }
      default:
        do {
          try Processes.signal(child.pidfd, signal)
        } catch  where error.errno == ESRCH {
          // It has just ended; the next signal says so.
        }
      }
    }
    return nil
  }

  // MARK: The caller's terminal

  private func takeTerminal() throws(RuntimeError) {
    guard Terminal.isTerminal(.input) else { return }
    settings = try Terminal.makeRaw(0)
  }

  /// Gives a terminal the size of the caller's, if the caller has one.
  static func copySize(to console: Shared<Descriptor>) throws(RuntimeError) {
    guard let size = Terminal.size(of: 0) else { return }
    try Terminal.setSize(console.value, rows: size.rows, columns: size.columns)
  }

  private func restoreTerminal() {
    if let settings { Terminal.restore(0, settings) }
  }
}
