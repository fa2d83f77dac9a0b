// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A system call that failed: which one, why, and on what.
///
/// Prints as `openat2 etc/passwd: permission denied`.
package struct SystemError: Error, Equatable, CustomStringConvertible {
  /// The call's name as its man page has it.
  package let call: String
  /// The error number (errno(3)).
  package let errno: Int32
  /// The path, file or object that the call was about.
  package let subject: String?

  /// Makes an error from its parts.
  package init(call: String, errno: Int32, subject: String? = nil) {
    self.call = call
    self.errno = errno
    self.subject = subject
  }

  /// The words for `errno`, as strerror(3) has them in the C locale, but in
  /// lower case where they are no abbreviation, such as `RFS`.
  ///
  /// containerd, CRI-O, podman and docker have no other way to tell "gone" from
  /// "broken" than to search the message for words, some in lower case only:
  /// `no such process`, `no such file or directory`, `permission denied`.
  package var reason: String {
    let words = unsafe String(cString: strerror(errno))
    guard let first = words.first, let second = words.dropFirst().first, !second.isUppercase
    else { return words }
    return first.lowercased() + words.dropFirst()
  }

  package var description: String {
    if let subject { "\(call) \(subject): \(reason)" } else { "\(call): \(reason)" }
  }
}

/// Turns the `-errno` convention of CLinux into a thrown error.
///
/// - Throws: `SystemError` when `result` is negative.
@inline(__always) @discardableResult
package func check<T: FixedWidthInteger & SignedInteger>(
  _ result: T, _ call: String, _ subject: @autoclosure () -> String? = nil
) throws(SystemError) -> T {
  if result >= 0 { return result }
  throw SystemError(
    call: call, errno: Int32(truncatingIfNeeded: -result), subject: subject())
}

/// Repeats a call for as long as a signal interrupts it.
@inline(__always)
func retrying<T: FixedWidthInteger & SignedInteger>(_ call: () -> T) -> T {
  while true {
    let result = call()
    if result != T(truncatingIfNeeded: -EINTR) { return result }
  }
}

/// The result of a libc call that reports through errno, as CLinux has it.
@inline(__always)
func negatedErrno<T: FixedWidthInteger & SignedInteger>(_ result: T) -> T {
  if result >= 0 { return result }
  // Nothing may run between the call and this read: ARC traffic can free, and
  // free can set errno.
  return T(truncatingIfNeeded: -Glibc.errno)
}
