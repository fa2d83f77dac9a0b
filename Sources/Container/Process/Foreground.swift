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
    let kept: Set<Int32> = [SIGKILL, SIGSTOP, SIGPIPE, SIGSEGV, SIGILL, SIGFPE, SIGBUS, SIGTRAP]
    do {
      let mask = Signals.mask((1...64).filter { !kept.contains($0) })
      signals = Shared(try Signals.descriptor(for: mask))
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Waits for the end of a process, relaying its terminal if it has one.
  func wait(for child: Child, console: Shared<Descriptor>?) throws(RuntimeError) -> ExitStatus {
    defer { restoreTerminal() }
    do {
      let relay = try console.map { console throws(SystemError) in
        try takeTerminal(console)
        return TerminalRelay(console)
      }
      while true {
        if let status = try handleSignals(child, console) {
          try relay?.drain()
          return status
        }
        try Poll.wait([signals.number] + (relay?.descriptors ?? []), writing: relay?.waiting ?? [])
        try relay?.pump()
      }
    } catch {
      throw RuntimeError(error, "wait for the container")
    }
  }

  /// - Returns: how the process has ended, if it has.
  private func handleSignals(
    _ child: Child, _ console: Shared<Descriptor>?
  ) throws(SystemError) -> ExitStatus? {
    while let signal = Signals.next(signals.value) {
      switch signal {
      case SIGCHLD:
        while let (pid, status) = try reap() {
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

  private func reap() throws(SystemError) -> (pid: Int32, status: ExitStatus)? {
    do {
      return try Processes.reap()
    } catch {
      if error.errno == ECHILD { return nil }
      throw error
    }
  }

  // MARK: The caller's terminal

  private func takeTerminal(_ console: Shared<Descriptor>) throws(SystemError) {
    guard Terminal.isTerminal(0) else { return }
    settings = try Terminal.makeRaw(0)
  }

  /// Gives a terminal the size of the caller's, if the caller has one.
  static func copySize(to console: Shared<Descriptor>) throws(SystemError) {
    guard let size = Terminal.size(of: 0) else { return }
    try Terminal.setSize(console.value, rows: size.rows, columns: size.columns)
  }

  private func restoreTerminal() {
    if let settings { Terminal.restore(0, settings) }
  }
}

/// Copies between the caller's streams and a terminal's main side.
final class TerminalRelay {
  private let console: Shared<Descriptor>
  private var isInputOpen = true
  private var isOutputOpen = true
  private var isConsoleOpen = true
  private var toConsole: [UInt8] = []

  init(_ console: Shared<Descriptor>) {
    self.console = console
    // Neither side may keep the other from being read.
    try? console.value.setNonBlocking()
  }

  /// What to wait for.
  var descriptors: [Int32] {
    (isInputOpen && toConsole.isEmpty ? [0] : []) + (isConsoleOpen ? [console.number] : [])
  }

  /// What to wait for room in.
  var waiting: [Int32] { toConsole.isEmpty ? [] : [console.number] }

  /// Copies what is there.
  func pump() throws(SystemError) {
    try copyOutput()
    if isInputOpen, toConsole.isEmpty, try Poll.isReadable(0) {
      // A terminal that has hung up reports an error.
      toConsole = (try? Streams.readSome(0)) ?? []
      if toConsole.isEmpty { isInputOpen = false }
    }
    if !toConsole.isEmpty {
      // What cannot be written any more is for nobody.
      let written = try? Streams.writeSome(toConsole, to: console.number)
      toConsole.removeFirst(written ?? toConsole.count)
    }
  }

  /// Copies what the program wrote before it ended.
  func drain() throws(SystemError) {
    while isConsoleOpen, try Poll.isReadable(console.number) { try copyOutput() }
  }

  private func copyOutput() throws(SystemError) {
    guard isConsoleOpen, try Poll.isReadable(console.number) else { return }
    // The main side reports an error once nobody holds the other.
    guard let bytes = try? Streams.readSome(console.number), !bytes.isEmpty else {
      isConsoleOpen = false
      return
    }
    guard isOutputOpen else { return }
    do {
      try Streams.writeAll(bytes, to: 1)
    } catch {
      // Nobody reads any more, but the program goes on, and must not be kept
      // waiting for room.
      isOutputOpen = false
    }
  }
}
