// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A file system that is being configured.
struct FilesystemContext: ~Copyable {
  private let descriptor: Descriptor
  private let type: String

  /// Opens one.
  init(type: String) throws(RuntimeError) {
    descriptor = try MountTree.open(type)
    self.type = type
  }

  /// Takes over one that is open.
  init(_ descriptor: consuming Descriptor, type: String) {
    self.descriptor = descriptor
    self.type = type
  }

  /// Whether a string is short enough to be handed over.
  static func fits(_ value: String) -> Bool { value.utf8.count < 256 }

  /// Sets a parameter, or a flag when there is no value.
  ///
  /// The corresponding call is fsconfig(2).
  borrowing func set(_ key: String, _ value: String?) throws(RuntimeError) {
    let number = descriptor.number
    let result = unsafe key.withCString { key in
      guard let value else { return unsafe clinux_fsconfig(number, 0, key, nil, 0) }
      return unsafe value.withCString { unsafe clinux_fsconfig(number, 1, key, $0, 0) }
    }
    try check(result, "fsconfig \(key) of", type)
  }

  /// Sets a parameter to an open file.
  borrowing func set(_ key: String, _ file: borrowing Descriptor) throws(RuntimeError) {
    try MountTree.configure(descriptor, key: key, file: file)
  }

  /// Makes the file system and a mount of it.
  ///
  /// The corresponding calls are fsconfig(2) with `FSCONFIG_CMD_CREATE`,
  /// fsmount(2).
  borrowing func mount(_ attributes: MountAttributes) throws(RuntimeError) -> Descriptor {
    try check(clinux_fsconfig(descriptor.number, 6, nil, nil, 0), "fsconfig create", type)
    let tree = clinux_fsmount(
      descriptor.number, 1, UInt32(truncatingIfNeeded: attributes.rawValue))
    return Descriptor(owning: try check(tree, "fsmount", type))
  }

  /// A tmpfs for a few directories that nobody but the runtime sees.
  static func scratch() throws(RuntimeError) -> Descriptor {
    let context = try FilesystemContext(type: "tmpfs")
    try context.set("mode", "700")
    try context.set("nr_inodes", "8")
    return try context.mount([.noSetID, .noDevices, .noExec])
  }
}
