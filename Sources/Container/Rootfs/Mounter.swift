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
    /// Whether the container is in another cgroup namespace than the runtime.
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
  /// The way to the runtime.
  private let channel: SyncChannel
  /// The directory for devices, once something is mounted on /dev.
  private(set) var devices: FileStatus?

  init(
    cgroups: CgroupView?, mountLabel: String?, userNamespace: UserNamespace, channel: SyncChannel
  ) {
    self.channel = channel
    self.cgroups = cgroups
    self.mountLabel = mountLabel
    self.userNamespace = userNamespace
  }

  /// Mounts one entry.
  mutating func mount(
    _ planned: PlannedMount, in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let source = try planned.take(in: root, channel)
    do {
      if planned.options.remount { return try remount(planned, in: root) }
      switch source {
      case .link(let target):
        try makeLink(planned.destination, to: target, in: root)
      case .tree(let tree, let isDirectory):
        try bind(planned, tree, isDirectory: isDirectory, in: root)
      case .filesystem(let tree):
        try mountFilesystem(planned, made: tree, in: root)
      case .none:
        try mountFilesystem(planned, in: root)
      }
      if planned.isForDevices, let mounted = planned.mounted {
        devices = try FileStatus(of: mounted.value)
      }
    } catch {
      let what = planned.mount.source ?? planned.mount.type ?? "none"
      throw error.adding("\(planned.name): mount \(what) on \(planned.destination)")
    }
  }

  private func remount(_ planned: PlannedMount, in root: borrowing RootDirectory)
    throws(RuntimeError)
  {
    let target = Shared(try SafePath.open(planned.destination, in: root.descriptor))
    if planned.options.bind {
      return try setAttributes(planned.options, of: target.value, exactly: true)
    }
    let remount = Remount(options: planned.options)
    try remount.apply(to: target.value, source: planned.mount.source)
    if remount.leavesReadOnly { planned.protectLater(target) }
  }

  private func makeLink(
    _ path: String, to target: String, in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let (parent, name) = SafePath.split(path)
    let directory = try SafePath.makeDirectories(parent, in: root.descriptor)
    do {
      try File.makeLink(name, to: target, at: directory)
    } catch  where error.errno == EEXIST {
      if try File.linkTarget(name, at: directory) != target { throw error }
    }
  }
}
