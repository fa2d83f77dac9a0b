// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension File {
  /// Gives a file to a user, not to its group; a symbolic link itself.
  ///
  /// The corresponding call is fchownat(2).
  package static func setOwner(
    _ name: String, _ uid: UInt32, at directory: Int32
  ) throws(SystemError) {
    try check(
      negatedErrno(unsafe fchownat(directory, name, uid, ~0, AT_SYMLINK_NOFOLLOW)), "chown", name)
  }
}

extension Descriptor {
  /// Gives the open file to a user and a group.
  ///
  /// The corresponding call is fchown(2).
  package borrowing func setOwner(_ uid: UInt32, _ gid: UInt32) throws(SystemError) {
    try check(negatedErrno(fchown(number, uid, gid)), "fchown")
  }

  /// Sets the permission bits of the open file, whatever the process's umask.
  ///
  /// The corresponding call is fchmod(2).
  package borrowing func setPermissions(_ bits: UInt32) throws(SystemError) {
    try check(negatedErrno(fchmod(number, mode_t(bits))), "fchmod")
  }
}
