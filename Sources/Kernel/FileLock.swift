// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Locks on open files.
package enum FileLock {
  /// Gives up the lock of a file.
  ///
  /// The corresponding call is flock(2) with `LOCK_UN`.
  package static func release(_ descriptor: borrowing Descriptor) {
    _ = clinux_flock(descriptor.number, LOCK_UN)
  }

  /// Takes the exclusive lock of a file like `take`, or gives up at the
  /// deadline.
  ///
  /// - Returns: whether the lock was taken.
  package static func take(
    _ descriptor: borrowing Descriptor, until deadline: Deadline
  ) throws(RuntimeError) -> Bool {
    while try !takeIfFree(descriptor) {
      if deadline.hasPassed { return false }
      // flock(2) knows no time limit.
      usleep(5000)
    }
    return true
  }

  /// Takes the exclusive lock of a file unless another holds it.
  ///
  /// - Returns: whether the lock was taken.
  package static func takeIfFree(
    _ descriptor: borrowing Descriptor
  ) throws(RuntimeError) -> Bool {
    do {
      try take(descriptor, wait: false)
      return true
    } catch  where error.errno == EWOULDBLOCK {
      return false
    }
  }

  /// Takes the exclusive lock of a file, which ends with the last copy of the
  /// descriptor.
  ///
  /// - Throws: `RuntimeError` with `EWOULDBLOCK` when another holds it and
  ///   `wait` is false.
  ///
  /// The corresponding call is flock(2).
  package static func take(
    _ descriptor: borrowing Descriptor, wait: Bool
  ) throws(RuntimeError) {
    let number = descriptor.number
    let operation = LOCK_EX | (wait ? 0 : LOCK_NB)
    try check(retrying { clinux_flock(number, operation) }, "flock")
  }

  /// Takes the shared lock of a file: many can hold it, none together with the
  /// exclusive one.
  ///
  /// The corresponding call is flock(2) with `LOCK_SH`.
  package static func share(_ descriptor: borrowing Descriptor) throws(RuntimeError) {
    let number = descriptor.number
    try check(retrying { clinux_flock(number, LOCK_SH) }, "flock")
  }
}
