// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Turns the `-errno` convention of CLinux into a thrown error.
///
/// - Throws: `RuntimeError` when `result` is negative.
@inline(__always) @discardableResult
package func check<T: FixedWidthInteger & SignedInteger>(
  _ result: T, _ call: String, _ subject: @autoclosure () -> String? = nil
) throws(RuntimeError) -> T {
  if result >= 0 { return result }
  throw RuntimeError(
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
  return T(truncatingIfNeeded: -clinux_errno())
}
