// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// Whether what lies in a directory of the runtime's state can be believed.
///
/// A record names the hooks that run as the caller and the cgroup whose
/// processes are killed, so whoever can write one has the caller's power.
package enum StateTrust {
  /// Who may make entries in a directory.
  package enum Entries: Sendable {
    /// Its owner alone.
    case owner
    /// Others too, when the sticky bit keeps them from each other's, as in
    /// `/tmp`: each entry then has to stand for itself.
    case others
  }

  /// Fails unless an open directory belongs to this user or to root, and others
  /// cannot write to it.
  ///
  /// - Returns: Who may make entries in it.
  /// - Throws: `RuntimeError` that names the directory and what is wrong with it.
  @discardableResult
  package static func require(
    _ directory: borrowing Descriptor, _ path: String, entries: Entries = .owner
  ) throws(RuntimeError) -> Entries {
    try require(FileStatus(of: directory), path, entries)
  }

  /// Fails unless the directory at a path is one that can be believed; one that
  /// is not there is no error.
  ///
  /// - Returns: Who may make entries in it; nil when it is not there.
  /// - Throws: `RuntimeError` that names the directory and what is wrong with it.
  @discardableResult
  package static func require(
    path: String, entries: Entries = .owner
  ) throws(RuntimeError) -> Entries? {
    let status: FileStatus
    do {
      status = try FileStatus(path)
    } catch {
      if error.errno == ENOENT { return nil }
      throw error.adding("look at the state directory")
    }
    return try require(status, path, entries)
  }

  /// Whether a directory is one that can be believed, in which only its owner may
  /// make entries.
  static func isBelievable(_ status: FileStatus) -> Bool {
    hasOwner(status) && !isOpen(status)
  }

  /// Whether it belongs to root or to this user.
  private static func hasOwner(_ status: FileStatus) -> Bool {
    status.uid == 0 || status.uid == Processes.effectiveUser
  }

  /// Whether others can write to it.
  private static func isOpen(_ status: FileStatus) -> Bool { status.permissions & 0o022 != 0 }

  private static func require(
    _ status: FileStatus, _ path: String, _ entries: Entries
  ) throws(RuntimeError) -> Entries {
    if !hasOwner(status) {
      throw RuntimeError(
        .failed,
        "state directory \(path) belongs to user \(status.uid), neither to root nor to the calling "
          + "user \(Processes.effectiveUser)")
    }
    if !isOpen(status) { return .owner }
    let isSticky = status.permissions & UInt32(S_ISVTX) != 0
    if !(isSticky && entries == .others) {
      let mode = String(status.permissions, radix: 8)
      throw RuntimeError(
        .failed,
        "state directory \(path) can be written to by others (its mode is \(mode)): chmod go-w it, "
          + "if nobody has")
    }
    return .others
  }
}
