// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// An open file descriptor with one owner, closed when the owner lets go of it.
///
/// Borrow it to use it, consume it to hand it over.
package struct Descriptor: ~Copyable {
  /// The number of the descriptor in this process.
  private(set) var number: Int32

  /// Takes over an open descriptor.
  init(owning number: Int32) {
    self.number = number
  }

  deinit {
    // -1 stands for "closed already", as in an end of a pipe, or left open; the working
    // directory has a number below that.
    if number >= 0 { _ = close(number) }
  }

  /// Gives up ownership without closing: it is open for as long as this process
  /// is there.
  package consuming func leaveOpen() { number = -1 }

  /// The number for another process, which can take the descriptor by it.
  package var numberForOthers: DescriptorNumber { DescriptorNumber(number) }

  /// Closes the descriptor in a copy of this process, in which its owner never
  /// lets go of it; for everybody else it stays open.
  package borrowing func closeInCopy() { _ = close(number) }

  /// Makes another descriptor for the same open file, close-on-exec.
  ///
  /// The corresponding call is fcntl(2) with `F_DUPFD_CLOEXEC`.
  package borrowing func duplicate() throws(RuntimeError) -> Descriptor {
    try Descriptor.copy(ofNumber: number)
  }

  /// Makes a descriptor of one's own for a stream that this process has from its
  /// start.
  ///
  /// The corresponding call is fcntl(2) with `F_DUPFD_CLOEXEC`.
  package static func copy(of stream: StandardStream) throws(RuntimeError) -> Descriptor {
    try copy(ofNumber: stream.rawValue)
  }

  /// Makes a descriptor of one's own for an open file of which only the number
  /// is known.
  static func copy(ofNumber number: Int32) throws(RuntimeError) -> Descriptor {
    Descriptor(owning: try check(clinux_fcntl(number, F_DUPFD_CLOEXEC, 3), "fcntl", "\(number)"))
  }

  /// Whether a number is an open descriptor that an exec leaves open, as an
  /// inherited one is.
  package static func isInherited(_ number: DescriptorNumber) -> Bool {
    let flags = clinux_fcntl(number.value, F_GETFD, 0)
    return flags >= 0 && flags & FD_CLOEXEC == 0
  }

  /// Whether it has the number of standard input, output or error.
  package var isStandardStream: Bool { StandardStream(rawValue: number) != nil }

  /// Sets or clears close-on-exec.
  ///
  /// The corresponding call is fcntl(2) with `F_SETFD`.
  package borrowing func setCloseOnExec(_ on: Bool) throws(RuntimeError) {
    try check(clinux_fcntl(number, F_SETFD, on ? Int(FD_CLOEXEC) : 0), "fcntl")
  }

  /// The process's working directory, as the place where a relative path starts.
  package static var workingDirectory: Descriptor { Descriptor(owning: AT_FDCWD) }

  /// The path under which this process can reach the open file again.
  package var procPath: String { "/proc/self/fd/\(number)" }
}
