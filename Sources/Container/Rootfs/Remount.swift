// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Changing options of what is mounted already (`remount`).
struct Remount {
  /// What the words ask for.
  let options: MountOptions

  /// Changes the mount at an open path and, without `bind`, its file system.
  ///
  /// - Throws: `SystemError` with `EINVAL` when nothing is mounted there.
  func apply(to target: borrowing Descriptor, source: String?) throws(SystemError) {
    let data = options.data.joined(separator: ",")
    try Mounts.mount(source, on: target.procPath, flags, data: data.isEmpty ? nil : data)
    for change in options.propagation {
      try MountTree.setAttributes(target, propagation: change.kind, recursive: change.recursive)
    }
  }

  /// Whether the mount has to be made read-only apart: without `bind` the flag
  /// would be for the file system, which may be the host's as well.
  var leavesReadOnly: Bool {
    !options.bind && options.attributesForNewMount.contains(.readOnly)
  }

  /// What mount(2) takes: the options that the mount then has, all of them but
  /// what `leavesReadOnly`.
  ///
  /// Without a word on access times it leaves those alone.
  var flags: MountFlags {
    var flags: MountFlags = options.bind ? [.remount, .bind] : .remount
    var attributes = options.attributesForNewMount
    if leavesReadOnly { attributes.remove(.readOnly) }
    for (attribute, flag) in Self.attributeFlags where attributes.contains(attribute) {
      flags.insert(flag)
    }
    let named = options.clear.union(options.recursiveClear).isSuperset(of: .accessTimeMask)
    if named, attributes.isDisjoint(with: .accessTimeMask) { flags.insert(.relativeAccessTime) }
    for word in options.filesystemFlags {
      if let flag = Self.filesystemFlags[word] { flags.insert(flag) }
    }
    return flags
  }

  private static let attributeFlags: [(MountAttributes, MountFlags)] = [
    (.readOnly, .readOnly), (.noSetID, .noSetID), (.noDevices, .noDevices), (.noExec, .noExec),
    (.noAccessTime, .noAccessTime), (.strictAccessTime, .strictAccessTime),
    (.noDirectoryAccessTime, .noDirectoryAccessTime), (.noSymlinkFollow, .noSymlinkFollow),
  ]

  private static let filesystemFlags: [String: MountFlags] = [
    "sync": .synchronous, "dirsync": .directorySync, "mand": .mandatoryLocks,
    "lazytime": .lazyTime,
  ]
}
