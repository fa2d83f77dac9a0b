// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Copies between the caller's streams and a terminal's main side, without ever
/// waiting for one of them alone.
final class TerminalRelay {
  private let console: Shared<Descriptor>
  /// The caller's standard input; nil once there is nothing to expect of it.
  private var input: Shared<Descriptor>?
  /// The caller's standard output; nil when nobody takes any more.
  private var output: UnhurriedOutput?
  private var isConsoleOpen = true
  private var toConsole: [UInt8] = []
  private var toOutput: [UInt8] = []
  private var ending: Ending?

  /// What is left to do since the input has ended.
  private struct Ending {
    /// When to look whether the program waits for input.
    var next: Deadline
    /// The time from one look to the next, in milliseconds.
    var interval: UInt64
  }

  private static let firstInterval: UInt64 = 10
  private static let longestInterval: UInt64 = 500
  /// What a terminal holds at most of what a program wrote before it ended;
  /// others may go on writing.
  private static let mostLeft = 1 << 18

  /// Takes over the standard streams; one that is closed is left out.
  init(_ console: Shared<Descriptor>) throws(RuntimeError) {
    self.console = console
    // Neither side may keep the other from being read.
    try console.value.setNonBlocking()
    do {
      input = Shared(try Descriptor.copy(of: .input))
    } catch {
      if error.errno != EBADF { throw error }
      endInput()
    }
    do {
      output = try UnhurriedOutput(.output)
    } catch {
      if error.errno != EBADF { throw error }
    }
  }

  /// Adds what to wait for.
  ///
  /// - Returns: when not to wait any longer.
  func watch(_ set: inout PollSet) -> Deadline? {
    if isConsoleOpen {
      var events = PollSet.Events()
      // More is read only when there is room for it.
      if toOutput.isEmpty { events.insert(.readable) }
      if !toConsole.isEmpty { events.insert(.writable) }
      set.add(console.value, events)
    }
    if let input, toConsole.isEmpty { set.add(input.value, .readable) }
    if let output, !toOutput.isEmpty { set.add(output.stream.value, .writable) }
    return toConsole.isEmpty && isConsoleOpen ? ending?.next : nil
  }

  /// Copies what is there.
  func pump(_ ready: PollSet.Ready) {
    flush()
    if isConsoleOpen, toOutput.isEmpty, ready.contains(console.value) { readConsole() }
    if let input, toConsole.isEmpty, ready.contains(input.value) { read(input.value) }
    if ending?.next.hasPassed == true { tellEnd() }
    if !toConsole.isEmpty {
      // What cannot be written any more is for nobody.
      let written = try? console.value.writeSome(toConsole)
      toConsole.removeFirst(written ?? toConsole.count)
    }
  }

  /// Copies what the program wrote before it ended, as far as the reader takes
  /// it at once.
  ///
  /// - Returns: whether that is all.
  func drain() -> Bool {
    var left = Self.mostLeft
    flush()
    while isConsoleOpen, toOutput.isEmpty, left > 0 {
      let count = readConsole()
      if count == 0 { break }
      left -= count
    }
    if toOutput.isEmpty || output == nil { return true }
    // The rest is taken from here, and nobody is asked for more.
    while isConsoleOpen, left > 0, let count = Optional(collect()), count > 0 { left -= count }
    isConsoleOpen = false
    flush()
    return toOutput.isEmpty
  }

  // MARK: From the terminal

  /// Reads once, and passes it on.
  ///
  /// - Returns: how many bytes were there.
  @discardableResult
  private func readConsole() -> Int {
    let count = collect()
    flush()
    return count
  }

  private func collect() -> Int {
    do {
      guard let bytes = try console.value.readSome() else { return 0 }
      if bytes.isEmpty { isConsoleOpen = false }
      if output != nil { toOutput += bytes }
      return bytes.count
    } catch {
      // The main side reports an error once nobody holds the other.
      isConsoleOpen = false
      return 0
    }
  }

  private func flush() {
    guard let output else { return }
    do {
      while !toOutput.isEmpty {
        let written = try output.write(toOutput[...])
        if written == 0 { return }
        toOutput.removeFirst(written)
      }
    } catch {
      // Nobody reads any more, but the program goes on, and must not be kept
      // waiting for room.
      self.output = nil
      toOutput = []
    }
  }

  // MARK: To the terminal

  private func read(_ input: borrowing Descriptor) {
    do {
      guard let bytes = try input.readSome() else { return }
      toConsole = bytes
      if bytes.isEmpty { endInput() }
    } catch {
      // A terminal that has hung up, or is another's at the moment, has no end
      // that the program should see.
      self.input = nil
    }
  }

  /// From now on whoever reads the terminal finds the end of its input, as at
  /// the end of a pipe: a terminal knows no end but a character.
  private func endInput() {
    input = nil
    ending = Ending(
      next: .after(milliseconds: Self.firstInterval), interval: Self.firstInterval)
  }

  /// Writes the character that ends the input, unless something is unread: it
  /// might be discarded with a change of settings, and one for each read is
  /// enough.
  private func tellEnd() {
    guard var ending else { return }
    do {
      if let character = try Terminal.endOfInput(console.value),
        try !Terminal.hasUnreadInput(console.value)
      {
        toConsole.append(character)
      }
    } catch {
      // Nobody holds the other side at the moment.
    }
    ending.interval = min(ending.interval * 2, Self.longestInterval)
    ending.next = .after(milliseconds: ending.interval)
    self.ending = ending
  }
}
