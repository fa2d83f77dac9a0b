// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Device nodes and named pipes.
package enum Nodes {
  /// The kind of a node.
  package enum Kind: Sendable {
    /// A character device.
    case character
    /// A block device.
    case block
    /// A named pipe.
    case fifo
  }

  /// Makes a node with exactly the given permissions and owner.
  ///
  /// The corresponding calls are mknodat(2), fchmodat(2), fchownat(2).
  package static func make(
    _ name: String, _ kind: Kind, major: UInt32, minor: UInt32, mode: UInt32,
    owner: (uid: UInt32, gid: UInt32), at directory: borrowing Descriptor
  ) throws(SystemError) {
    let type =
      switch kind {
      case .character: UInt32(S_IFCHR)
      case .block: UInt32(S_IFBLK)
      case .fifo: UInt32(S_IFIFO)
      }
    let permissions = mode & 0o7777
    try check(
      unsafe clinux_mknodat(directory.number, name, type | permissions, major, minor), "mknod", name
    )
    // The creation mask has taken bits away. The directory is ours alone while
    // the container is set up, and the node was not there a moment ago.
    try check(
      negatedErrno(unsafe fchmodat(directory.number, name, mode_t(permissions), 0)), "chmod", name)
    if owner.uid != 0 || owner.gid != 0 {
      try check(
        negatedErrno(
          unsafe fchownat(directory.number, name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW)),
        "chown", name)
    }
  }
}
