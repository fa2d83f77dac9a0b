// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension Descriptor {
  /// Gives the open file to a user and a group.
  ///
  /// The corresponding call is fchown(2).
  package borrowing func setOwner(_ uid: UInt32, _ gid: UInt32) throws(RuntimeError) {
    try check(negatedErrno(fchown(number, uid, gid)), "fchown")
  }

  /// Sets the permission bits of the open file, whatever the process's umask.
  ///
  /// The corresponding call is fchmod(2).
  package borrowing func setPermissions(_ bits: UInt32) throws(RuntimeError) {
    try check(negatedErrno(fchmod(number, mode_t(bits))), "fchmod")
  }
}
