// SPDX-License-Identifier: Apache-2.0

internal import Glibc
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
  /// What has to become read-only once everything below it is mounted.
  private var unprotected: Shared<Descriptor>?
  private let bundle: String
  private let inherited: MountFlags?

  /// Plans a mount; `inherited` is the propagation of bind mounts without a
  /// word on it.
  init(_ mount: Mount, index: Int, bundle: String, inherited: MountFlags?) {
    name = "mounts[\(index)]"
    self.mount = mount
    self.bundle = bundle
    self.inherited = inherited
    var options = MountOptions(mount.options)
    if mount.type == "bind" || mount.type == "rbind" {
      options.bind = true
      if mount.type == "rbind" { options.recursive = true }
    }
    if !mount.uidMappings.isEmpty, options.idMap == nil { options.idMap = .single }
    self.options = options
    destination = SafePath.cleaned(mount.destination)
  }

  /// Takes what was opened, opening it if that has not been done.
  func take() throws(RuntimeError) -> Source {
    if case .none = source { try open() }
    defer { source = .none }
    return source
  }

  /// Takes over a file system that had to be made elsewhere.
  func use(_ filesystem: consuming Descriptor) { source = .filesystem(Shared(filesystem)) }

  /// Leaves it to `protect` to make the mount read-only.
  func protectLater(_ tree: Shared<Descriptor>) { unprotected = tree }

  /// Makes the mount read-only, if that has been left for later.
  func protect() throws(RuntimeError) {
    guard let tree = unprotected else { return }
    do {
      try MountTree.setAttributes(tree.value, set: .readOnly)
    } catch {
      throw RuntimeError(error, "\(name): make \(destination) read-only")
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
      let tree = try MountTree.copy(
        path, recursive: options.recursive, followLinks: !options.sourceNoFollow)
      if let inherited {
        try MountTree.setAttributes(tree, propagation: inherited, recursive: options.recursive)
      }
      let isDirectory = try FileStatus(of: tree).kind == .directory
      self.source = .tree(Shared(tree), isDirectory: isDirectory)
    } catch {
      throw RuntimeError(error, "\(name).source")
    }
  }
}

/// All mounts of a container, root file system included.
///
/// A source is opened by the runtime where the container's side could not:
/// for a user namespace, which may have no way to it and may not map IDs, and
/// where the mount is to stay in the host's peer group. Elsewhere it is opened
/// when its turn comes, since the kernel lists mounts in the order in which
/// they were made.
struct MountPlan {
  /// A detached copy of the root file system; nil where the runtime may not copy
  /// mounts, and the container's side has to, in a mount namespace of its own.
  let root: Shared<Descriptor>?
  /// The mounts in the configuration's order.
  let mounts: [PlannedMount]
  /// Host device nodes to bind where none can be made, by path.
  let deviceTrees: [String: Shared<Descriptor>]

  /// Opens what the runtime has to open.
  init(_ bundle: Bundle, _ namespaces: NamespacePlan) throws(RuntimeError) {
    let linux = bundle.spec.linux
    let inherited = Self.inheritedPropagation(linux?.rootfsPropagation)
    root = try Self.openRootIfAllowed(bundle)
    mounts = bundle.spec.mounts.enumerated().map {
      PlannedMount($1, index: $0, bundle: bundle.path, inherited: inherited)
    }
    let mayOpen = root != nil
    let early =
      namespaces.hasUser || inherited == nil || !namespaces.made.contains(.mount)
    for planned in mounts {
      if planned.destination == "/", !planned.options.remount {
        throw RuntimeError(
          .invalidSpec,
          "\(planned.name).destination: \(planned.mount.destination.quoted) is the root")
      }
      if !mayOpen, planned.options.idMap != nil {
        throw RuntimeError(
          .failed, "\(planned.name): an ID-mapped mount takes privileges that the caller lacks")
      }
      if mayOpen, early || planned.options.idMap != nil { try planned.open() }
      try Self.mapIDs(planned, linux, userNamespace: namespaces.joined(.user)?.descriptor)
    }
    deviceTrees = mayOpen && namespaces.hasUser ? try Self.openDevices(bundle.spec) : [:]
  }

  private static func openDevices(
    _ spec: Spec
  ) throws(RuntimeError) -> [String: Shared<Descriptor>] {
    var trees: [String: Shared<Descriptor>] = [:]
    for path in DeviceNode.all(of: spec).map(\.path) where File.exists(path) {
      do {
        trees[path] = Shared(try MountTree.copy(path, recursive: false))
      } catch {
        throw RuntimeError(error, "open device \(path)")
      }
    }
    return trees
  }

  /// Nil when the kernel does not let this process copy mounts: without
  /// privileges in the user namespace that owns its mount namespace.
  private static func openRootIfAllowed(
    _ bundle: Bundle
  ) throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      return try openRoot(bundle)
    } catch {
      if case .system(let cause) = error.cause, cause.errno == EPERM { return nil }
      throw error
    }
  }

  /// Copies the root file system.
  static func openRoot(_ bundle: Bundle) throws(RuntimeError) -> Shared<Descriptor> {
    let path = bundle.rootfs
    do {
      if try FileStatus(path).kind != .directory {
        throw RuntimeError(.invalidSpec, "\(path) is not a directory")
      }
      let tree = try MountTree.copy(path, recursive: true)
      // pivot_root(2) refuses a shared mount, and nothing that the container
      // mounts may reach the host.
      try MountTree.setAttributes(tree, propagation: .makePrivate, recursive: true)
      return Shared(tree)
    } catch {
      throw RuntimeError(error, "root.path")
    }
  }

  /// What bind mounts without a word on propagation get: what the
  /// configuration wants for the root.
  private static func inheritedPropagation(_ propagation: RootfsPropagation?) -> MountFlags? {
    switch propagation {
    case .shared, .rshared: nil
    case nil, .slave, .rslave: .slave
    case .private, .rprivate, .unbindable, .runbindable: .makePrivate
    }
  }

  private static func mapIDs(
    _ planned: PlannedMount, _ linux: Linux?, userNamespace: Shared<Descriptor>?
  ) throws(RuntimeError) {
    guard let idMap = planned.options.idMap else { return }
    if !planned.options.bind {
      throw RuntimeError(
        .invalidSpec, "\(planned.name): ID-mapped mounts are only possible for bind mounts")
    }
    guard case .tree(let tree, _) = planned.source else { return }
    let namespace: Shared<Descriptor>
    if let text = planned.options.idMapText {
      let mappings = try IDMapOption(text, option: "\(planned.name): idmap", container: linux)
      namespace = try IDMaps.makeNamespace(users: mappings.users, groups: mappings.groups)
    } else if !planned.mount.uidMappings.isEmpty {
      namespace = try IDMaps.makeNamespace(
        users: planned.mount.uidMappings, groups: planned.mount.gidMappings)
    } else if let userNamespace {
      namespace = userNamespace
    } else if let linux, !linux.uidMappings.isEmpty {
      namespace = try IDMaps.makeNamespace(users: linux.uidMappings, groups: linux.gidMappings)
    } else {
      throw RuntimeError(
        .invalidSpec,
        "\(planned.name): idmap needs uidMappings and gidMappings, or a user namespace")
    }
    do {
      try MountTree.setAttributes(
        tree.value, userNamespace: namespace.number, recursive: idMap == .recursive)
    } catch {
      throw RuntimeError(error, "\(planned.name): map IDs")
    }
  }
}
