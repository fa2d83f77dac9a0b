// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// New file systems.
extension Mounter {
  /// Mounts a file system of the configured type, perhaps one that is `made`
  /// already.
  func mountFilesystem(
    _ planned: PlannedMount, made: Shared<Descriptor>? = nil, in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let type = planned.mount.type ?? "none"
    let covers = type == "tmpfs" ? try root.existing(planned.destination) != nil : false
    let target = try filesystemTarget(planned, type, in: root)
    try check(target, of: planned, in: root, showsProc: type == "proc")
    if let made { return try attach(made, planned, onto: target) }
    switch type {
    case "cgroup", "cgroup2": try mountCgroups(planned, onto: target, in: root)
    case "sysfs": try mountSystem(planned, onto: target, in: root)
    case "tmpfs": try mountTemporary(planned, onto: target, covers: covers, in: root)
    default: try mountNew(filesystem(planned, type: type), planned, onto: target, in: root)
    }
  }

  /// The file system that a mount asks for.
  func filesystem(_ planned: PlannedMount, type: String) -> NewFilesystem {
    let options = planned.options
    var filesystem = NewFilesystem(
      type: type, source: planned.mount.source ?? type, flags: options.filesystemFlags,
      options: options.data)
    if let mountLabel, type == "devpts" || type == "mqueue" || type == "tmpfs" {
      filesystem.add("context", mountLabel)
    }
    if options.attributesForNewMount.contains(.readOnly), !Self.isPseudo(type) {
      filesystem.flags.insert(.readOnly)
    }
    return filesystem
  }

  /// Whether a file system's superblock holds no device: `ro` is a matter of
  /// the mount there, and must not reach others that share the superblock.
  private static func isPseudo(_ type: String) -> Bool {
    switch type {
    case "proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2", "overlay", "securityfs",
      "debugfs", "tracefs", "bpf", "ramfs", "hugetlbfs", "configfs", "devtmpfs":
      true
    default: false
    }
  }

  /// Makes a file system and attaches it.
  func mountNew(
    _ filesystem: NewFilesystem, _ planned: PlannedMount, onto target: borrowing Descriptor,
    in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let tree = try filesystem.make(
      planned.options.attributesForNewMount, place: root.descriptor)
    try attach(Shared(tree), planned, onto: target)
  }

  /// Attaches a new mount.
  func attach(
    _ tree: Shared<Descriptor>, _ planned: PlannedMount, onto target: borrowing Descriptor
  ) throws(RuntimeError) {
    try MountTree.attach(tree.value, onto: target)
    for change in planned.options.propagation { try change.apply(to: tree.value) }
    planned.keep(tree)
  }

  /// Mounts a tmpfs, with the mode of the directory that it `covers`, unless it
  /// was made just for the mount.
  private func mountTemporary(
    _ planned: PlannedMount, onto target: borrowing Descriptor, covers: Bool,
    in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    var filesystem = filesystem(planned, type: "tmpfs")
    if covers, !filesystem.parameters.contains(where: { $0.key == "mode" }) {
      filesystem.add("mode", String(try FileStatus(of: target).permissions, radix: 8))
    }
    // Files are copied into it, or mount points and devices made, before it may
    // become read-only.
    let attributes = planned.options.attributesForNewMount
    let tree = Shared(
      try filesystem.make(attributes.subtracting(.readOnly), place: root.descriptor))
    if planned.options.copyUp {
      try TreeCopy.copyContents(of: target, to: tree.value)
    }
    try attach(tree, planned, onto: target)
    if attributes.contains(.readOnly) { planned.protectLater(tree) }
  }
}
