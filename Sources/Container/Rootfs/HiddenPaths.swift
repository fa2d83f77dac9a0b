// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Masked and read-only paths (config-linux.md).
///
/// They are mounted over while the host's /dev/null can still be opened as
/// such: the container's own could be anything (CVE-2025-31133).
enum HiddenPaths {
  /// Hides paths: files behind /dev/null, directories behind an empty,
  /// read-only one.
  ///
  /// What is not there is skipped.
  static func mask(_ paths: [String], in root: borrowing RootDirectory) throws(RuntimeError) {
    if paths.isEmpty { return }
    do {
      let null = try openNull()
      // A tree can be copied only from one that is attached, so the first
      // directory's serves the others.
      var empty: Shared<Descriptor>?
      for path in distinct(paths) {
        guard let target = try root.existing(path) else { continue }
        guard try FileStatus(of: target).kind == .directory else {
          let mask = try MountTree.copy(at: null, recursive: false)
          // It is the host's own node: the container's root must not change its
          // mode or owner. Writes to the device are none to the mount.
          try MountTree.setAttributes(mask, set: [.readOnly, .noSetID, .noExec])
          try MountTree.attach(mask, onto: target, subject: path)
          continue
        }
        if let empty {
          let mask = try MountTree.copy(at: empty.value, recursive: false)
          try MountTree.attach(mask, onto: target, subject: path)
        } else {
          let made = Shared(try emptyDirectory())
          try MountTree.attach(made.value, onto: target, subject: path)
          empty = made
        }
      }
    } catch {
      throw error.adding("mask paths")
    }
  }

  /// The paths, cleaned, each once.
  static func distinct(_ paths: [String]) -> [String] {
    var known: Set<String> = []
    return paths.map { SafePath.cleaned($0) }.filter { known.insert($0).inserted }
  }

  private static func emptyDirectory() throws(RuntimeError) -> Descriptor {
    try NewFilesystem(
      type: "tmpfs", source: "tmpfs", flags: .readOnly, options: "size=0,nr_inodes=1,mode=755"
    ).make([.readOnly, .noSetID, .noDevices, .noExec])
  }

  private static func openNull() throws(RuntimeError) -> Descriptor {
    let null = try File.open("/dev/null", [.path, .noFollow])
    let status = try FileStatus(of: null)
    guard status.kind == .characterDevice, status.device == (1, 3) else {
      throw RuntimeError(call: "open", errno: ENODEV, subject: "/dev/null")
    }
    return null
  }

  /// Makes paths read-only, with everything mounted below them.
  ///
  /// What is not there is skipped.
  static func protect(_ paths: [String], in root: borrowing RootDirectory) throws(RuntimeError) {
    for path in distinct(paths) {
      do {
        guard let target = try root.existing(path) else { continue }
        if try FileStatus(of: target).isSamePlace(as: root.place) {
          // A mount on it would be below the root that the container gets.
          try MountTree.setAttributes(root.descriptor, set: .readOnly, recursive: true)
          continue
        }
        let tree = try MountTree.copy(at: target, recursive: true)
        try MountTree.setAttributes(tree, set: .readOnly, recursive: true)
        try MountTree.attach(tree, onto: target)
      } catch {
        throw error.adding("make \(path) read-only")
      }
    }
  }
}
