// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// All mounts of a container, root file system included.
///
/// A source is opened by the runtime where the container's side could not:
/// for a user namespace, which may have no way to it, and where the mount is to
/// stay in the host's peer group. Elsewhere it is opened when its turn comes,
/// since the kernel lists mounts in the order in which they were made, and so is
/// everywhere what is inside the root, where something may be mounted by then.
struct MountPlan {
  /// A detached copy of the root file system; nil where the runtime may not copy
  /// mounts, and the container's side has to, in a mount namespace of its own.
  let root: Shared<Descriptor>?
  /// The mounts in the configuration's order.
  let mounts: [PlannedMount]
  /// Device nodes for a user namespace, where the runtime could make them.
  let nodes: NodeStore?
  /// Host device nodes to bind where none can be made, by path.
  let deviceTrees: [String: Shared<Descriptor>]

  /// Opens what the runtime has to open.
  init(_ bundle: Bundle, _ namespaces: NamespacePlan) throws(RuntimeError) {
    let linux = bundle.spec.linux
    let inherited = Self.inheritedPropagation(linux?.rootfsPropagation)
    root = try Self.openRootIfAllowed(bundle)
    mounts = bundle.spec.mounts.enumerated().map {
      PlannedMount(
        $1, index: $0, bundle: bundle.path, rootfs: bundle.rootfs, inherited: inherited,
        hasUserNamespace: namespaces.hasUser)
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
      try Self.mapIDs(planned, linux, userNamespace: namespaces.joined(.user)?.descriptor)
      if mayOpen, early, !planned.waitsForRoot { try planned.open() }
    }
    let needsNodes = mayOpen && namespaces.hasUser
    nodes = needsNodes ? try NodeStore.make(DeviceNode.all(of: bundle.spec)) : nil
    deviceTrees = needsNodes && nodes == nil ? try Self.openDevices(bundle.spec) : [:]
  }

  private static func openDevices(
    _ spec: Spec
  ) throws(RuntimeError) -> [String: Shared<Descriptor>] {
    var trees: [String: Shared<Descriptor>] = [:]
    for path in DeviceNode.all(of: spec).map({ $0.path }) where File.exists(path) {
      do {
        trees[path] = Shared(try MountTree.copy(path, recursive: false))
      } catch {
        throw error.adding("open device \(path)")
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
      if error.errno == EPERM { return nil }
      throw error
    }
  }

  /// Copies the root file system.
  static func openRoot(_ bundle: Bundle) throws(RuntimeError) -> Shared<Descriptor> {
    let path = bundle.rootfs
    do throws(RuntimeError) {
      if try FileStatus(path).kind != .directory {
        throw RuntimeError(.invalidSpec, "\(path) is not a directory")
      }
      let tree = try MountTree.copy(path, recursive: true)
      // Nothing that the container mounts may reach the host. What the host mounts
      // there comes in where it is asked for.
      let propagation = Self.propagation(ofRoot: bundle.spec.linux?.rootfsPropagation)
      try MountTree.setAttributes(tree, propagation: propagation, recursive: true)
      return Shared(tree)
    } catch {
      throw error.adding("root.path")
    }
  }

  private static func propagation(ofRoot wanted: RootfsPropagation?) -> MountFlags {
    switch wanted {
    case .slave, .rslave: .slave
    case nil, .shared, .rshared, .private, .rprivate, .unbindable, .runbindable: .makePrivate
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
    guard planned.options.idMap != nil else { return }
    if !planned.options.bind {
      throw RuntimeError(
        .invalidSpec, "\(planned.name): ID-mapped mounts are only possible for bind mounts")
    }
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
    planned.mapIDs(through: namespace)
  }
}
