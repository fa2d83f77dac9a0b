// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Flags of mount(2) and umount2(2).
package struct MountFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt

  package init(rawValue: UInt) {
    self.rawValue = rawValue
  }

  /// `MS_RDONLY`.
  package static let readOnly = MountFlags(rawValue: 0x1)
  /// `MS_NOSUID`.
  package static let noSetID = MountFlags(rawValue: 0x2)
  /// `MS_NODEV`.
  package static let noDevices = MountFlags(rawValue: 0x4)
  /// `MS_NOEXEC`.
  package static let noExec = MountFlags(rawValue: 0x8)
  /// `MS_SYNCHRONOUS`.
  package static let synchronous = MountFlags(rawValue: 0x10)
  /// `MS_REMOUNT`.
  package static let remount = MountFlags(rawValue: 0x20)
  /// `MS_MANDLOCK`.
  package static let mandatoryLocks = MountFlags(rawValue: 0x40)
  /// `MS_DIRSYNC`.
  package static let directorySync = MountFlags(rawValue: 0x80)
  /// `MS_NOSYMFOLLOW`.
  package static let noSymlinkFollow = MountFlags(rawValue: 0x100)
  /// `MS_NOATIME`.
  package static let noAccessTime = MountFlags(rawValue: 0x400)
  /// `MS_NODIRATIME`.
  package static let noDirectoryAccessTime = MountFlags(rawValue: 0x800)
  /// `MS_BIND`.
  package static let bind = MountFlags(rawValue: 0x1000)
  /// `MS_MOVE`.
  package static let move = MountFlags(rawValue: 0x2000)
  /// `MS_REC`.
  package static let recursive = MountFlags(rawValue: 0x4000)
  /// `MS_SILENT`.
  package static let silent = MountFlags(rawValue: 0x8000)
  /// `MS_UNBINDABLE`.
  package static let unbindable = MountFlags(rawValue: 0x2_0000)
  /// `MS_PRIVATE`.
  package static let makePrivate = MountFlags(rawValue: 0x4_0000)
  /// `MS_SLAVE`.
  package static let slave = MountFlags(rawValue: 0x8_0000)
  /// `MS_SHARED`.
  package static let shared = MountFlags(rawValue: 0x10_0000)
  /// `MS_RELATIME`.
  package static let relativeAccessTime = MountFlags(rawValue: 0x20_0000)
  /// `MS_STRICTATIME`.
  package static let strictAccessTime = MountFlags(rawValue: 0x100_0000)
  /// `MS_LAZYTIME`.
  package static let lazyTime = MountFlags(rawValue: 0x200_0000)
}

/// Attributes of a mount (`MOUNT_ATTR_*` of mount_setattr(2)).
package struct MountAttributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Nothing can be written.
  package static let readOnly = MountAttributes(rawValue: 0x1)
  /// Set-id bits are ignored.
  package static let noSetID = MountAttributes(rawValue: 0x2)
  /// Device nodes cannot be opened.
  package static let noDevices = MountAttributes(rawValue: 0x4)
  /// Programs cannot be executed.
  package static let noExec = MountAttributes(rawValue: 0x8)
  /// The bits that say how access times are kept; zero is relatime.
  package static let accessTimeMask = MountAttributes(rawValue: 0x70)
  /// Access times are not kept.
  package static let noAccessTime = MountAttributes(rawValue: 0x10)
  /// Access times are always kept.
  package static let strictAccessTime = MountAttributes(rawValue: 0x20)
  /// Access times of directories are not kept.
  package static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
  /// File ownership is mapped through a user namespace.
  package static let idMapped = MountAttributes(rawValue: 0x10_0000)
  /// Symbolic links are not followed.
  package static let noSymlinkFollow = MountAttributes(rawValue: 0x20_0000)
  /// What a bind mount gets all of as soon as one of them is named.
  package static let restrictions: MountAttributes = [
    .readOnly, .noSetID, .noDevices, .noExec,
  ]
}

/// Calls of the path-based mount interface.
package enum Mounts {
  /// Mounts, remounts or changes the propagation of a path.
  ///
  /// The corresponding call is mount(2).
  package static func mount(
    _ source: String? = nil, on target: String, type: String? = nil, _ flags: MountFlags = [],
    data: String? = nil
  ) throws(RuntimeError) {
    try check(
      unsafe clinux_mount(source, target, type, flags.rawValue, data), "mount", target)
  }

  /// Detaches the mount at a path now, and ends it when it is no longer used.
  ///
  /// The corresponding call is umount2(2) with `MNT_DETACH`.
  package static func detach(_ target: String, followLinks: Bool = false) throws(RuntimeError) {
    let flags = Int32(MNT_DETACH) | (followLinks ? 0 : 8)
    try check(unsafe clinux_umount2(target, flags), "umount2", target)
  }

  /// Makes one directory the root mount and puts the old root on another.
  ///
  /// The corresponding call is pivot_root(2).
  package static func pivotRoot(to root: String, old: String) throws(RuntimeError) {
    try check(unsafe clinux_pivot_root(root, old), "pivot_root", root)
  }
}
