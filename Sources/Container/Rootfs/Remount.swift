// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Changing options of what is mounted already (`remount`).
struct Remount {
  /// What the words ask for.
  let options: MountOptions

  /// Changes the mount at an open path and its file system.
  ///
  /// - Throws: `RuntimeError` with `EINVAL` when nothing is mounted there.
  func apply(to target: borrowing Descriptor, source: String?) throws(RuntimeError) {
    try Mounts.mount(
      source, on: target.procPath, flags, data: options.data.isEmpty ? nil : options.data)
    for change in options.propagation { try change.apply(to: target) }
  }

  /// Whether the mount has to be made read-only apart: the flag would be for the
  /// file system, which may be the host's as well.
  var leavesReadOnly: Bool { options.attributesForNewMount.contains(.readOnly) }

  /// What mount(2) takes: the options that the mount then has, all of them but
  /// what `leavesReadOnly`.
  ///
  /// Without a word on access times it leaves those alone.
  var flags: MountFlags {
    var flags = options.filesystemFlags.union(.remount)
    let attributes = options.attributesForNewMount.subtracting(.readOnly)
    for (attribute, flag) in Self.attributeFlags where attributes.contains(attribute) {
      flags.insert(flag)
    }
    let named = options.attributes.clear.union(options.recursiveAttributes.clear)
      .isSuperset(of: .accessTimeMask)
    if named, attributes.isDisjoint(with: .accessTimeMask) { flags.insert(.relativeAccessTime) }
    return flags
  }

  private static let attributeFlags: [(MountAttributes, MountFlags)] = [
    (.noSetID, .noSetID), (.noDevices, .noDevices), (.noExec, .noExec),
    (.noAccessTime, .noAccessTime), (.strictAccessTime, .strictAccessTime),
    (.noDirectoryAccessTime, .noDirectoryAccessTime), (.noSymlinkFollow, .noSymlinkFollow),
  ]
}
