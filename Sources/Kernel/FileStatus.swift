// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What the kernel knows of a file (statx(2)).
package struct FileStatus: Sendable {
  /// The kind of a file.
  package enum Kind: Sendable, Equatable {
    /// A plain file.
    case regular
    /// A directory.
    case directory
    /// A symbolic link.
    case link
    /// A character device.
    case characterDevice
    /// A block device.
    case blockDevice
    /// A named pipe.
    case fifo
    /// A socket.
    case socket
    /// Anything else, such as an anonymous inode.
    case other
  }

  /// The kind of the file.
  package let kind: Kind
  /// The permission bits, set-id and sticky bits included.
  package let permissions: UInt32
  /// The owner.
  package let uid: UInt32
  /// The group.
  package let gid: UInt32
  /// The size in bytes.
  package let size: UInt64
  /// The device that a device node stands for.
  package let device: (major: UInt32, minor: UInt32)
  /// The file system that holds the file.
  package let filesystem: (major: UInt32, minor: UInt32)
  /// The inode number.
  package let inode: UInt64
  /// The ID of the mount that the file was reached through.
  package let mountID: UInt64

  /// Reads the status of an open file.
  ///
  /// The corresponding call is statx(2) with `AT_EMPTY_PATH`.
  package init(of descriptor: borrowing Descriptor) throws(RuntimeError) {
    var raw = clinux_stat()
    try check(unsafe clinux_statx(descriptor.number, nil, emptyPath, &raw), "statx")
    self.init(raw)
  }

  /// Reads the status of a path.
  ///
  /// The corresponding call is statx(2).
  package init(
    _ path: String, at directory: borrowing Descriptor = .workingDirectory,
    followLinks: Bool = true
  ) throws(RuntimeError) {
    var raw = clinux_stat()
    let number = directory.number
    let flags = followLinks ? 0 : AT_SYMLINK_NOFOLLOW
    let result = unsafe path.withCString { unsafe clinux_statx(number, $0, flags, &raw) }
    try check(result, "statx", path)
    self.init(raw)
  }

  /// Takes what the kernel has answered.
  init(_ raw: clinux_stat) {
    kind =
      switch raw.mode & UInt32(S_IFMT) {
      case UInt32(S_IFREG): .regular
      case UInt32(S_IFDIR): .directory
      case UInt32(S_IFLNK): .link
      case UInt32(S_IFCHR): .characterDevice
      case UInt32(S_IFBLK): .blockDevice
      case UInt32(S_IFIFO): .fifo
      case UInt32(S_IFSOCK): .socket
      default: .other
      }
    permissions = raw.mode & 0o7777
    uid = raw.uid
    gid = raw.gid
    size = raw.size
    device = (raw.rdev_major, raw.rdev_minor)
    filesystem = (raw.dev_major, raw.dev_minor)
    inode = raw.inode
    mountID = raw.mount_id
  }

  /// Whether both are the same file of the same file system.
  package func isSameFile(as other: FileStatus) -> Bool {
    inode == other.inode && filesystem == other.filesystem
  }

  /// Whether both are the same file, seen through the same mount.
  package func isSamePlace(as other: FileStatus) -> Bool {
    isSameFile(as: other) && mountID == other.mountID
  }
}
