// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// One mount of the configuration, with what the runtime opens for it before
/// the container's first process is cloned.
///
/// Sources are opened on the runtime's side because it may reach what the
/// container's user namespace cannot, and can map IDs.
final class PlannedMount {
  /// What the source turned out to be.
  enum Source {
    /// No bind mount: a file system is made in the container.
    case none
    /// A detached copy of the source.
    case tree(SharedDescriptor, isDirectory: Bool)
    /// A symbolic link to be made again, with what it points to.
    case link(String)
  }

  /// Where it stands in the configuration, such as `mounts[3]`.
  let name: String
  /// The mount as configured.
  let mount: Mount
  /// What its option words ask for.
  let options: MountOptions
  /// The path in the container, absolute.
  let destination: String
  /// What was opened for it; taken when it is mounted.
  var source = Source.none

  init(_ mount: Mount, index: Int) {
    name = "mounts[\(index)]"
    self.mount = mount
    var options = MountOptions(mount.options)
    if mount.type == "bind" || mount.type == "rbind" {
      options.bind = true
      if mount.type == "rbind" { options.recursive = true }
    }
    if !mount.uidMappings.isEmpty, options.idMap == nil { options.idMap = .single }
    self.options = options
    destination = mount.destination.hasPrefix("/") ? mount.destination : "/\(mount.destination)"
  }
}

/// All mounts of a container, root file system included, opened by the
/// runtime.
struct MountPlan {
  /// A detached copy of the root file system.
  let root: SharedDescriptor
  /// The mounts in the configuration's order.
  let mounts: [PlannedMount]
  /// Host device nodes to bind where none can be made, by path.
  let deviceTrees: [String: SharedDescriptor]

  /// Opens everything; `userNamespace` is the one that the container joins.
  init(
    _ bundle: Bundle, userNamespace: SharedDescriptor?, bindDevices: Bool
  ) throws(RuntimeError) {
    let linux = bundle.spec.linux
    let inherited = Self.inheritedPropagation(linux?.rootfsPropagation)
    root = try Self.openRoot(bundle)
    mounts = bundle.spec.mounts.enumerated().map { PlannedMount($1, index: $0) }
    for planned in mounts {
      try Self.open(
        planned, bundle, inherited: inherited, userNamespace: userNamespace)
    }
    var trees: [String: SharedDescriptor] = [:]
    if bindDevices {
      for path in DeviceNode.all(of: bundle.spec).map(\.path) where File.exists(path) {
        do {
          trees[path] = SharedDescriptor(try MountTree.copy(path, recursive: false))
        } catch {
          throw RuntimeError(error, "open device \(path)")
        }
      }
    }
    deviceTrees = trees
  }

  private static func openRoot(_ bundle: Bundle) throws(RuntimeError) -> SharedDescriptor {
    let path = bundle.rootfs
    do {
      let status = try FileStatus(path)
      if status.kind != .directory {
        throw RuntimeError(.invalidSpec, "root.path: \(path) is not a directory")
      }
    } catch {
      throw RuntimeError(error, "root.path: rootfs path \(path)")
    }
    do {
      let tree = try MountTree.copy(path, recursive: true)
      // pivot_root(2) refuses a shared mount, and nothing that the container
      // mounts may reach the host.
      try MountTree.setAttributes(tree, propagation: .makePrivate, recursive: true)
      return SharedDescriptor(tree)
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

  private static func open(
    _ planned: PlannedMount, _ bundle: Bundle, inherited: MountFlags?,
    userNamespace: SharedDescriptor?
  ) throws(RuntimeError) {
    guard planned.options.bind else {
      if planned.options.idMap != nil {
        throw RuntimeError(
          .invalidSpec, "\(planned.name): ID-mapped mounts are only possible for bind mounts")
      }
      return
    }
    guard let source = planned.mount.source else {
      throw RuntimeError(.invalidSpec, "\(planned.name).source: a bind mount needs a source")
    }
    let path = source.hasPrefix("/") ? source : "\(bundle.path)/\(source)"
    do {
      if planned.options.copySymlink, try FileStatus(path, followLinks: false).kind == .link {
        planned.source = .link(try File.linkTarget(path))
        return
      }
      let tree = try MountTree.copy(
        path, recursive: planned.options.recursive,
        followLinks: !planned.options.sourceNoFollow)
      if let inherited {
        try MountTree.setAttributes(
          tree, propagation: inherited, recursive: planned.options.recursive)
      }
      let isDirectory = try FileStatus(of: tree).kind == .directory
      planned.source = .tree(SharedDescriptor(tree), isDirectory: isDirectory)
    } catch {
      throw RuntimeError(error, "\(planned.name).source")
    }
    try mapIDs(planned, bundle.spec.linux, userNamespace: userNamespace)
  }

  private static func mapIDs(
    _ planned: PlannedMount, _ linux: Linux?, userNamespace: SharedDescriptor?
  ) throws(RuntimeError) {
    guard let idMap = planned.options.idMap, case .tree(let tree, _) = planned.source else {
      return
    }
    let namespace: SharedDescriptor
    if !planned.mount.uidMappings.isEmpty {
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
        tree.descriptor, userNamespace: namespace.number, recursive: idMap == .recursive)
    } catch {
      throw RuntimeError(error, "\(planned.name): map IDs")
    }
  }
}
