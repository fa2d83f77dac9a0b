// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// One mount of the configuration, with what is opened for it.
final class PlannedMount {
  /// What the source turned out to be.
  enum Source {
    /// Not opened, or no bind mount: a file system is made in the container.
    case none
    /// A detached copy of the source.
    case tree(Shared<Descriptor>, isDirectory: Bool)
    /// A file system that had to be made elsewhere, not attached yet.
    case filesystem(Shared<Descriptor>)
    /// A symbolic link to be made again, with what it points to.
    case link(String)
  }

  /// Where it stands in the configuration, such as `mounts[3]`.
  let name: String
  /// The mount as configured.
  let mount: Mount
  /// What its option words ask for.
  let options: MountOptions
  /// The path in the container, absolute, without dots.
  let destination: String
  /// What was opened for it; taken when it is mounted.
  private(set) var source = Source.none
  /// The mount, once it is in its place.
  private(set) var mounted: Shared<Descriptor>?
  /// What has to become read-only once everything below it is mounted.
  private var unprotected: Shared<Descriptor>?
  /// The user namespace to map its IDs through.
  private var mapping: Shared<Descriptor>?
  /// Its place in the configuration's list.
  private let index: Int
  private let bundle: String
  private let inherited: MountFlags?
  private let hasUserNamespace: Bool
  /// Where a source inside the root file system is in it.
  private let pathInRoot: String?

  /// Plans a mount of a container with its root at `rootfs`; `inherited` is the
  /// propagation of bind mounts without a word on it.
  init(
    _ mount: Mount, index: Int, bundle: String, rootfs: String, inherited: MountFlags?,
    hasUserNamespace: Bool
  ) {
    name = "mounts[\(index)]"
    self.index = index
    self.mount = mount
    self.bundle = bundle
    self.inherited = inherited
    self.hasUserNamespace = hasUserNamespace
    pathInRoot = Self.pathInRoot(mount, bundle: bundle, rootfs: rootfs)
    var options = MountOptions(mount.options)
    if mount.type == "bind" || mount.type == "rbind" {
      options.bind = true
      if mount.type == "rbind" { options.recursive = true }
    }
    if !mount.uidMappings.isEmpty, options.idMap == nil { options.idMap = .single }
    self.options = options
    destination = SafePath.cleaned(mount.destination)
  }

  /// Whether it is where the container's devices are.
  var isForDevices: Bool { destination == "/dev" && !options.remount }

  /// Whether what is mounted has devices already, which are not the container's:
  /// the one devtmpfs that there is, or a directory of the host's.
  var bringsDevices: Bool { options.bind || mount.type == "devtmpfs" }

  private static func pathInRoot(_ mount: Mount, bundle: String, rootfs: String) -> String? {
    guard let source = mount.source else { return nil }
    let path = SafePath.cleaned(source.hasPrefix("/") ? source : "\(bundle)/\(source)")
    return SafePath.rest(of: path, below: SafePath.cleaned(rootfs))
  }

  /// Whether the source is inside the root, where something may be mounted by
  /// then: it is opened when its turn comes.
  var waitsForRoot: Bool { pathInRoot != nil }

  /// Takes what was opened, opening it if that has not been done; the channel
  /// leads to the runtime.
  func take(
    in root: borrowing RootDirectory, _ channel: SyncChannel
  ) throws(RuntimeError) -> Source {
    if case .none = source { try open(in: root, channel) }
    defer { source = .none }
    return source
  }

  /// Takes over a file system that had to be made elsewhere.
  func use(_ filesystem: consuming Descriptor) { source = .filesystem(Shared(filesystem)) }

  /// Keeps what has been mounted.
  func keep(_ tree: Shared<Descriptor>) { mounted = tree }

  /// Leaves it to `protect` to make the mount read-only.
  func protectLater(_ tree: Shared<Descriptor>) { unprotected = tree }

  /// Makes the mount read-only, if that has been left for later.
  func protect() throws(RuntimeError) {
    guard let tree = unprotected else { return }
    do {
      try MountTree.setAttributes(tree.value, set: .readOnly)
    } catch {
      throw error.adding("\(name): make \(destination) read-only")
    }
    unprotected = nil
  }

  /// Opens the source of a bind mount.
  func open() throws(RuntimeError) {
    guard options.bind, !options.remount else { return }
    guard let source = mount.source else {
      throw RuntimeError(.invalidSpec, "\(name).source: a bind mount needs a source")
    }
    let path = source.hasPrefix("/") ? source : "\(bundle)/\(source)"
    do {
      if options.copySymlink, try FileStatus(path, followLinks: false).kind == .link {
        self.source = .link(try File.linkTarget(path))
        return
      }
      let tree = Shared(
        try MountTree.copy(
          path, recursive: options.recursive, followLinks: !options.sourceNoFollow))
      try mapIDs(of: tree)
      try take(tree)
    } catch {
      throw error.adding("\(name).source")
    }
  }

  /// Opens the source late: in the root by its path there, where a user
  /// namespace may have no way along the host's.
  private func open(
    in root: borrowing RootDirectory, _ channel: SyncChannel
  ) throws(RuntimeError) {
    guard let pathInRoot, options.bind, !options.remount, hasUserNamespace else {
      return try open()
    }
    do {
      let found = try SafePath.open(pathInRoot, in: root.descriptor)
      let tree = Shared(try MountTree.copy(at: found, recursive: options.recursive))
      if mapping != nil {
        // It is the runtime that has privileges over the file system.
        try channel.send(.tree(Int32(clamping: index), tree))
        try channel.waitForGo()
      }
      try take(tree)
    } catch {
      throw error.adding("\(name).source")
    }
  }

  private func take(_ tree: Shared<Descriptor>) throws(RuntimeError) {
    if let inherited {
      try MountTree.setAttributes(tree.value, propagation: inherited, recursive: options.recursive)
    }
    let isDirectory = try FileStatus(of: tree.value).kind == .directory
    source = .tree(tree, isDirectory: isDirectory)
  }

  /// Maps the IDs of an opened source, if they are to be.
  func mapIDs(of tree: Shared<Descriptor>) throws(RuntimeError) {
    guard let mapping else { return }
    try MountTree.mapIDs(
      of: tree.value, through: mapping.value, recursive: options.idMap == .recursive)
  }

  /// Sees to it that its IDs are mapped, as soon as it is opened.
  func mapIDs(through namespace: Shared<Descriptor>) { mapping = namespace }
}
