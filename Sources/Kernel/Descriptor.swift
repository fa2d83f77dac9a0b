// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// An open file descriptor with one owner, closed when the owner lets go of it.
///
/// Borrow it to use it, consume it to hand it over.
package struct Descriptor: ~Copyable {
  /// The number of the descriptor in this process.
  package let number: Int32

  /// Takes over an open descriptor.
  package init(owning number: Int32) {
    self.number = number
  }

  deinit {
    // -1 stands for "closed already", as in an end of a pipe; the working
    // directory has a number below that.
    if number >= 0 { _ = close(number) }
  }

  /// Gives up ownership without closing.
  ///
  /// - Returns: the number, which the caller now has to close.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// Makes another descriptor for the same open file, close-on-exec.
  ///
  /// The corresponding call is fcntl(2) with `F_DUPFD_CLOEXEC`.
  package borrowing func duplicate() throws(SystemError) -> Descriptor {
    try Descriptor.copy(ofNumber: number)
  }

  /// Makes a descriptor of one's own for an open file of which only the number
  /// is known, such as an inherited one.
  ///
  /// The corresponding call is fcntl(2) with `F_DUPFD_CLOEXEC`.
  package static func copy(ofNumber number: Int32) throws(SystemError) -> Descriptor {
    Descriptor(owning: try check(clinux_fcntl(number, F_DUPFD_CLOEXEC, 3), "fcntl", "\(number)"))
  }

  /// Whether a number is an open descriptor that an exec leaves open, as an
  /// inherited one is.
  package static func isInherited(_ number: Int32) -> Bool {
    let flags = clinux_fcntl(number, F_GETFD, 0)
    return flags >= 0 && flags & FD_CLOEXEC == 0
  }

  /// Whether it has the number of standard input, output or error.
  package var isStandardStream: Bool { (0...2).contains(number) }

  /// Sets or clears close-on-exec.
  ///
  /// The corresponding call is fcntl(2) with `F_SETFD`.
  package borrowing func setCloseOnExec(_ on: Bool) throws(SystemError) {
    try check(clinux_fcntl(number, F_SETFD, on ? Int(FD_CLOEXEC) : 0), "fcntl")
  }

  /// The process's working directory, as the place where a relative path starts.
  package static var workingDirectory: Descriptor { Descriptor(owning: AT_FDCWD) }

  /// The path under which this process can reach the open file again.
  package var procPath: String { "/proc/self/fd/\(number)" }
}
