// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// Mounts what the configuration lists, on the container's side.
///
/// Every target is opened inside the root first; what was opened is mounted
/// on, so nothing that happens to the path meanwhile matters.
struct Mounter {
  /// What a `cgroup` mount shows.
  struct CgroupView {
    /// Whether the container has a cgroup namespace of its own.
    let hasNamespace: Bool
    /// Where the host has the hierarchy.
    let mountPoint: String
    /// Where the container's own cgroup is, for when the hierarchy cannot be
    /// mounted anew.
    let location: String?
  }

  /// What a `cgroup` mount shows; nil when the host has no cgroup2 hierarchy.
  let cgroups: CgroupView?
  /// The label for file systems that take one.
  let mountLabel: String?
  /// Where the container's processes have their privileges.
  let userNamespace: UserNamespace

  /// Mounts one entry.
  func mount(_ planned: PlannedMount, in root: borrowing RootDirectory) throws(RuntimeError) {
    let step =
      "\(planned.name): mount \(planned.mount.source ?? planned.mount.type ?? "none") on \(planned.destination)"
    let source = try planned.take()
    do {
      if planned.options.remount { return try remount(planned, in: root) }
      switch source {
      case .link(let target):
        try makeLink(planned.destination, to: target, in: root)
      case .tree(let tree, let isDirectory):
        try bind(planned, tree.value, isDirectory: isDirectory, in: root)
      case .filesystem(let tree):
        try mountFilesystem(planned, made: tree, in: root)
      case .none:
        try mountFilesystem(planned, in: root)
      }
    } catch let error as SystemError {
      throw RuntimeError(error, step)
    } catch let error as RuntimeError {
      throw error.adding(step)
    } catch {
      throw RuntimeError(.failed, "\(step): \(error)")
    }
  }

  private func remount(
    _ planned: PlannedMount, in root: borrowing RootDirectory
  ) throws(SystemError) {
    let target = Shared(try SafePath.open(planned.destination, in: root.descriptor))
    let remount = Remount(options: planned.options)
    try remount.apply(to: target.value, source: planned.mount.source)
    if remount.leavesReadOnly { planned.protectLater(target) }
  }

  private func makeLink(
    _ path: String, to target: String, in root: borrowing RootDirectory
  ) throws(SystemError) {
    let (parent, name) = SafePath.split(path)
    let directory = try SafePath.makeDirectories(parent, in: root.descriptor)
    do {
      try File.makeLink(name, to: target, at: directory)
    } catch  where error.errno == EEXIST {
      if try File.linkTarget(name, at: directory) != target { throw error }
    }
  }

  // MARK: Bind mounts

  private func bind(
    _ planned: PlannedMount, _ tree: borrowing Descriptor, isDirectory: Bool,
    in root: borrowing RootDirectory
  ) throws {
    let isProc = SafePath.split(planned.destination) == ("", "proc")
    if isProc, try MountTree.filesystem(of: tree).magic != MountTree.procfsMagic {
      throw RuntimeError(.invalidSpec, "only procfs may be mounted on /proc")
    }
    let target = try bindTarget(planned, isDirectory: isDirectory, in: root)
    try check(
      target, of: planned, in: root,
      showsProc: MountTree.filesystem(of: tree).magic == MountTree.procfsMagic)
    try setAttributes(planned, of: tree)
    try MountTree.attach(tree, onto: target)
  }

  private func bindTarget(
    _ planned: PlannedMount, isDirectory: Bool, in root: borrowing RootDirectory
  ) throws(SystemError) -> Descriptor {
    if planned.options.destinationNoFollow {
      let flags: OpenFlags = [.path, .noFollow]
      do {
        return try SafePath.open(planned.destination, in: root.descriptor, flags)
      } catch  where error.errno == ENOENT {
        // Nothing is there that could be followed.
      }
    }
    return isDirectory
      ? try SafePath.makeDirectories(planned.destination, in: root.descriptor)
      : try SafePath.makeFile(planned.destination, in: root.descriptor)
  }

  /// Files that a container may have its own version of below /proc, as lxcfs
  /// provides them.
  private static let replaceable: Set<String> = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps",
    "/proc/uptime", "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/crypto/fips_enabled",
  ]

  /// Keeps mounts from covering the root, where they would not be seen, and
  /// from hiding the parts of procfs that runp and security modules rely on.
  private func check(
    _ target: borrowing Descriptor, of planned: PlannedMount, in root: borrowing RootDirectory,
    showsProc: Bool
  ) throws {
    if try root.isAt(target) {
      throw RuntimeError(.invalidSpec, "\(planned.destination) is the root itself")
    }
    if try showsProc || MountTree.filesystem(of: target).magic != MountTree.procfsMagic { return }
    let path = planned.destination
    if planned.options.bind, Self.replaceable.contains(path) { return }
    throw RuntimeError(
      .invalidSpec, "\(path) is inside procfs, and only files that lxcfs provides may be there")
  }

  /// Applies the option words to a detached bind mount.
  private func setAttributes(
    _ planned: PlannedMount, of tree: borrowing Descriptor
  ) throws(SystemError) {
    let options = planned.options
    if !options.set.isEmpty || !options.clear.isEmpty {
      // Clearing what is not set needs no privilege, but a flag that a user
      // namespace has locked cannot even be named.
      try change(tree, set: options.set, clear: options.clear, recursive: false)
    }
    if !options.recursiveSet.isEmpty || !options.recursiveClear.isEmpty {
      try change(tree, set: options.recursiveSet, clear: options.recursiveClear, recursive: true)
    }
    for change in options.propagation {
      try MountTree.setAttributes(tree, propagation: change.kind, recursive: change.recursive)
    }
  }

  private func change(
    _ tree: borrowing Descriptor, set: MountAttributes, clear: MountAttributes, recursive: Bool
  ) throws(SystemError) {
    try MountTree.setAttributes(tree, set: set, clear: clear, recursive: recursive)
  }

  // MARK: New file systems

  private func mountFilesystem(
    _ planned: PlannedMount, made tree: Shared<Descriptor>? = nil,
    in root: borrowing RootDirectory
  ) throws {
    let type = planned.mount.type ?? "none"
    let covers = try type == "tmpfs" && root.existing(planned.destination) != nil
    let target = try filesystemTarget(planned, type, in: root)
    try check(target, of: planned, in: root, showsProc: type == "proc")
    if let tree { return try attach(tree.value, planned, onto: target) }
    switch type {
    case "cgroup", "cgroup2":
      try mountCgroups(planned, onto: target)
    case "sysfs":
      try mountSystem(planned, onto: target)
    case "tmpfs":
      try mountTemporary(planned, onto: target, covers: covers)
    default:
      var data = planned.options.data
      if let mountLabel, type == "devpts" || type == "mqueue" {
        data.append("context=\(mountLabel)")
      }
      try attach(
        make(planned, type: type, data: data, planned.options.attributesForNewMount), planned,
        onto: target)
    }
  }

  private func filesystemTarget(
    _ planned: PlannedMount, _ type: String, in root: borrowing RootDirectory
  ) throws -> Descriptor {
    // What is mounted on /proc and /sys has to be found there by name later.
    guard type == "proc" || type == "sysfs" else {
      if SafePath.split(planned.destination) == ("", "proc") {
        throw RuntimeError(.invalidSpec, "only procfs may be mounted on /proc")
      }
      return try SafePath.makeDirectories(planned.destination, in: root.descriptor)
    }
    do {
      return try root.ordinaryDirectory(planned.destination)
    } catch {
      if error.errno != ELOOP, error.errno != ENOTDIR { throw error }
      throw RuntimeError(
        .invalidSpec, "\(type) can only be mounted on an ordinary directory, not through a link")
    }
  }

  /// File systems whose superblocks hold no device: `ro` is a matter of the
  /// mount there, and must not reach others that share the superblock.
  private static let pseudo: Set<String> = [
    "proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup2", "overlay", "securityfs", "debugfs",
    "tracefs", "bpf", "ramfs", "hugetlbfs", "configfs", "devtmpfs",
  ]

  private func make(
    _ planned: PlannedMount, type: String, data: [String], _ attributes: MountAttributes
  ) throws(SystemError) -> Descriptor {
    var flags = planned.options.filesystemFlags
    if attributes.contains(.readOnly), !Self.pseudo.contains(type) { flags.append("ro") }
    return try MountTree.make(
      type: type, source: planned.mount.source ?? type, flags: flags, data: data,
      attributes: attributes)
  }

  private func attach(
    _ tree: borrowing Descriptor, _ planned: PlannedMount, onto target: borrowing Descriptor
  ) throws(SystemError) {
    try MountTree.attach(tree, onto: target)
    for change in planned.options.propagation {
      try MountTree.setAttributes(tree, propagation: change.kind, recursive: change.recursive)
    }
  }

  // MARK: Particular file systems

  /// Mounts a tmpfs, with the mode of the directory that it `covers`, unless it
  /// was made just for the mount.
  private func mountTemporary(
    _ planned: PlannedMount, onto target: borrowing Descriptor, covers: Bool
  ) throws(SystemError) {
    var data = planned.options.data
    if covers, !data.contains(where: { $0.hasPrefix("mode=") }) {
      data.append("mode=" + String(try FileStatus(of: target).permissions, radix: 8))
    }
    if let mountLabel { data.append("context=\(mountLabel)") }
    // Files are copied into it, or mount points and devices made, before it may
    // become read-only.
    let attributes = planned.options.attributesForNewMount
    let tree = Shared(
      try make(planned, type: "tmpfs", data: data, attributes.subtracting(.readOnly)))
    if planned.options.copyUp {
      try TreeCopy.copyContents(of: target, to: tree.value)
    }
    try attach(tree.value, planned, onto: target)
    if attributes.contains(.readOnly) { planned.protectLater(tree) }
  }

  private func mountSystem(
    _ planned: PlannedMount, onto target: borrowing Descriptor
  ) throws(SystemError) {
    let options = planned.options
    do {
      try attach(
        make(planned, type: "sysfs", data: options.data, options.attributesForNewMount), planned,
        onto: target)
    } catch  where error.errno == EPERM {
      // Without a network namespace of its own a user namespace, the container's
      // or the caller's, may not mount sysfs, but it may see the host's.
      let host = try MountTree.copy("/sys", recursive: true)
      try setAll(options.attributesForNewMount, of: host)
      try attach(host, planned, onto: target)
    }
  }

  private func mountCgroups(_ planned: PlannedMount, onto target: borrowing Descriptor) throws {
    guard let cgroups else {
      throw RuntimeError(.failed, "the host has no cgroup2 hierarchy to show")
    }
    if cgroups.hasNamespace {
      do {
        return try attach(
          make(planned, type: "cgroup2", data: [], planned.options.attributesForNewMount),
          planned, onto: target)
      } catch {
        // A user namespace may mount it only where it is already fully
        // visible: a bind mount shows the same.
        if error.errno != EPERM, error.errno != EBUSY { throw error }
      }
    }
    let source = cgroups.hasNamespace ? cgroups.location ?? cgroups.mountPoint : cgroups.mountPoint
    let tree = try MountTree.copy(source, recursive: true)
    try MountTree.setAttributes(tree, propagation: .makePrivate, recursive: true)
    // Without a namespace of its own the container sees every cgroup. One in a
    // user namespace must write to none, whoever owns them (CVE-2023-25809);
    // elsewhere it is the host's root, and asks for it by name.
    let mustProtect = !cgroups.hasNamespace && userNamespace != .initial
    let attributes = planned.options.attributesForNewMount
    try setAll(mustProtect ? attributes.union(.readOnly) : attributes, of: tree)
    try attach(tree, planned, onto: target)
  }

  /// Sets attributes of a copied tree that stands for a new file system.
  private func setAll(
    _ attributes: MountAttributes, of tree: borrowing Descriptor
  ) throws(SystemError) {
    let keepsTimes = attributes.isDisjoint(with: .accessTimeMask)
    try MountTree.setAttributes(
      tree, set: attributes, clear: keepsTimes ? [] : .accessTimeMask, recursive: true)
  }
}
