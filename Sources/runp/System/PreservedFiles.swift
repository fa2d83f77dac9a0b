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
    if let missing = DescriptorNumber.afterStreams(count).first(where: {
      !Descriptor.isInherited($0)
    }) {
      throw RuntimeError(
        .failed, "LISTEN_FDS: \(text), but descriptor \(missing.value) is not open")
    }
    names = count > 0 ? OwnProcess.environmentValue("LISTEN_FDNAMES") : nil
  }
}

/// The descriptors that a caller wants passed on to the container.
enum PreservedFiles {
  /// Those of so many from descriptor 3 on that are open and the caller's, whose
  /// numbers need not follow on one another; runp's own are closed on exec.
  static func numbers(_ count: Int) -> [DescriptorNumber] {
    DescriptorNumber.afterStreams(count).filter(Descriptor.isInherited)
  }
}
