// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// Sockets that the caller activates the container with (sd_listen_fds(3)).
struct ListenedFiles {
  /// How many there are, from descriptor 3 on.
  let count: Int
  /// Their names, when they have any.
  let names: String?

  /// Reads the variables, which count only when they are meant for this very
  /// process.
  ///
  /// - Throws: `RuntimeError` when their number is none.
  init() throws(RuntimeError) {
    let isMeant = OwnProcess.environmentValue("LISTEN_PID") == "\(Processes.own)"
    guard isMeant, let text = OwnProcess.environmentValue("LISTEN_FDS") else {
      count = 0
      names = nil
      return
    }
    guard let number = Value.number(text), number <= Value.mostDescriptors else {
      throw RuntimeError(
        .failed, "LISTEN_FDS: \(text.quoted) is not a number from 0 to \(Value.mostDescriptors)")
    }
    count = Int(number)
    names = count > 0 ? OwnProcess.environmentValue("LISTEN_FDNAMES") : nil
  }
}

/// The descriptors that a caller wants passed on to the container.
enum PreservedFiles {
  /// Fails unless each of them is open, and is the caller's: runp's own are
  /// closed on exec.
  static func check(_ count: Int) throws(RuntimeError) {
    for index in 0..<count where !Descriptor.isInherited(Int32(3 + index)) {
      throw RuntimeError(
        .failed, "unable to stat preserved-fd \(index + 1) (of \(count)): it is not open")
    }
  }
}
