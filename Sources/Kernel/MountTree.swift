// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Mounts as descriptors: made or copied detached, set up, then attached onto
/// a directory that is itself a descriptor, so that no path is walked twice.
package enum MountTree {
  /// Opens a kind of file system, to be configured and made.
  ///
  /// The corresponding call is fsopen(2).
  package static func open(_ type: String) throws(RuntimeError) -> Descriptor {
    let context = unsafe type.withCString { unsafe clinux_fsopen($0, 1) }
    return Descriptor(owning: try check(context, "fsopen", type))
  }

  /// Hands an open file to a file system that is being configured.
  ///
  /// The corresponding call is fsconfig(2) with `FSCONFIG_SET_FD`.
  package static func configure(
    _ context: borrowing Descriptor, key: String, file: borrowing Descriptor
  ) throws(RuntimeError) {
    try check(
      unsafe clinux_fsconfig(context.number, 5, key, nil, file.number), "fsconfig \(key)")
  }

  /// A detached copy of what is mounted at an open path, with the mounts below
  /// it when `recursive`.
  ///
  /// The corresponding call is open_tree(2) with `OPEN_TREE_CLONE`.
  package static func copy(
    _ path: String = "", at directory: borrowing Descriptor = .workingDirectory,
    recursive: Bool, followLinks: Bool = true
  ) throws(RuntimeError) -> Descriptor {
    // OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC and the AT_ flags.
    var flags: UInt32 = 1 | 0x80000
    if path.isEmpty { flags |= UInt32(emptyPath) }
    if recursive { flags |= 0x8000 }
    if !followLinks { flags |= 0x100 }
    let number = directory.number
    let tree = unsafe path.withCString { unsafe clinux_open_tree(number, $0, flags) }
    return Descriptor(owning: try check(tree, "open_tree", path.isEmpty ? nil : path))
  }

  /// Attaches a detached tree onto an open directory or file.
  ///
  /// The corresponding call is move_mount(2).
  package static func attach(
    _ tree: borrowing Descriptor, onto target: borrowing Descriptor, subject: String? = nil
  ) throws(RuntimeError) {
    try check(clinux_move_mount(tree.number, target.number), "move_mount", subject)
  }

  /// Changes attributes and propagation of a mount, or of a whole tree.
  ///
  /// - Throws: `RuntimeError`; `EPERM` where a flag is locked by a user namespace.
  ///
  /// The corresponding call is mount_setattr(2).
  package static func setAttributes(
    _ tree: borrowing Descriptor, set: MountAttributes = [], clear: MountAttributes = [],
    propagation: MountFlags = [], recursive: Bool = false, subject: String? = nil
  ) throws(RuntimeError) {
    try check(
      clinux_mount_setattr(
        tree.number, recursive, set.rawValue, clear.rawValue, UInt64(propagation.rawValue), 0),
      "mount_setattr", subject)
  }

  /// Maps the owners of files in a detached tree through a user namespace.
  ///
  /// The corresponding call is mount_setattr(2) with `MOUNT_ATTR_IDMAP`.
  package static func mapIDs(
    of tree: borrowing Descriptor, through namespace: borrowing Descriptor, recursive: Bool
  ) throws(RuntimeError) {
    try check(
      clinux_mount_setattr(
        tree.number, recursive, MountAttributes.idMapped.rawValue, 0, 0,
        UInt64(namespace.number)),
      "mount_setattr")
  }

  /// What kind of file system holds an open file, and the flags of its mount.
  ///
  /// The corresponding call is fstatfs(2).
  package static func filesystem(
    of file: borrowing Descriptor
  ) throws(RuntimeError) -> (magic: UInt64, flags: MountFlags) {
    var magic: UInt64 = 0
    var flags: UInt64 = 0
    try check(unsafe clinux_filesystem_type(file.number, &magic, &flags), "fstatfs")
    return (magic, MountFlags(rawValue: UInt(flags)))
  }

  /// The magic number of the file system at a path.
  ///
  /// The corresponding call is statfs(2).
  package static func magic(at path: String) throws(RuntimeError) -> UInt64 {
    var magic: UInt64 = 0
    try check(unsafe path.withCString { unsafe clinux_statfs($0, &magic) }, "statfs", path)
    return magic
  }

  /// The magic number of procfs.
  package static let procfsMagic: UInt64 = 0x9fa0
  /// The magic number of devpts.
  package static let devptsMagic: UInt64 = 0x1cd1
  /// The magic number of the file system of namespaces.
  package static let namespaceMagic: UInt64 = 0x6e73_6673
  /// The magic number of what holds pipes.
  package static let pipefsMagic: UInt64 = 0x5049_5045
  /// The magic number of what holds sockets.
  package static let sockfsMagic: UInt64 = 0x534f_434b
  /// The magic number of cgroup2.
  package static let cgroup2Magic: UInt64 = 0x6367_7270
}
