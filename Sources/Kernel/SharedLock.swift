// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

extension FileLock {
  /// Takes the shared lock of a file: many can hold it, none together with the
  /// exclusive one.
  ///
  /// The corresponding call is flock(2) with `LOCK_SH`.
  package static func share(_ descriptor: borrowing Descriptor) throws(SystemError) {
    let number = descriptor.number
    try check(retrying { clinux_flock(number, LOCK_SH) }, "flock")
  }
}
