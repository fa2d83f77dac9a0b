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

    fileprivate var fileKind: FileStatus.Kind {
      switch self {
      case .character: .characterDevice
      case .block: .blockDevice
      case .fifo: .fifo
      }
    }
  }

  /// Does what makes nodes without a mask that would take permissions from each.
  ///
  /// The corresponding call is umask(2).
  package static func unmasked<E: Error>(_ make: () throws(E) -> Void) throws(E) {
    let mask = umask(0)
    defer { _ = umask(mask) }
    try make()
  }

  /// Makes a node with exactly the given permissions and owner.
  ///
  /// - Throws: `RuntimeError`; `EEXIST` when something else has taken its place
  ///   meanwhile, which is left as it is.
  ///
  /// The corresponding calls are mknodat(2), chmod(2), fchownat(2).
  package static func make(
    _ name: FileName, _ kind: Kind, major: UInt32, minor: UInt32, mode: UInt32,
    owner: (uid: UInt32, gid: UInt32), at directory: borrowing Descriptor
  ) throws(RuntimeError) {
    let type =
      switch kind {
      case .character: UInt32(S_IFCHR)
      case .block: UInt32(S_IFBLK)
      case .fifo: UInt32(S_IFIFO)
      }
    let permissions = mode & 0o7777
    try name.makeNode(type | permissions, major: major, minor: minor, in: directory)
    // Others may have the directory, too: only what was opened is changed.
    let node = try name.open([.path, .noFollow], in: directory)
    let status = try FileStatus(of: node)
    if status.kind != kind.fileKind || status.device != (major, minor) {
      throw RuntimeError(call: "mknod", errno: EEXIST, subject: name.text)
    }
    if status.permissions != permissions {
      try check(
        negatedErrno(unsafe chmod(node.procPath, mode_t(permissions))), "chmod", name.text)
    }
    if status.uid != owner.uid || status.gid != owner.gid {
      try check(
        negatedErrno(unsafe fchownat(node.number, "", owner.uid, owner.gid, emptyPath)),
        "chown", name.text)
    }
  }
}
