// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// The streams that the process was given.
enum Output {
  /// Opens `/dev/null` for each of the three streams that the caller has closed.
  ///
  /// Otherwise the next file to be opened would become standard error, and
  /// messages would be written into it.
  static func fillGaps() {
    // The lowest free number is used, so the first one above 2 ends it. Without
    // /dev/null there is nothing to fill the gaps with.
    while let stream = try? File.open("/dev/null", .readWrite), stream.isStandardStream {
      // A descriptor that is open cannot refuse this.
      try? stream.setCloseOnExec(false)
      stream.leaveOpen()
    }
  }

  /// Writes to standard output; callers parse it, so a failure is an error.
  static func write(_ text: String) throws(RuntimeError) {
    do {
      try File.write(Array(text.utf8), to: .output)
    } catch {
      throw error.adding("standard output")
    }
  }

  /// Writes to standard error.
  static func writeError(_ text: String) {
    // There is nobody left to tell when standard error is closed.
    try? File.write(Array(text.utf8), to: .error)
  }
}
