// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Device nodes for a container with a user namespace, in which the kernel lets
/// nobody make any.
///
/// The runtime makes them in a tmpfs of its own; the container's side binds them
/// one by one to where they belong.
final class NodeStore {
  private let tree: Shared<Descriptor>
  private let devices: [DeviceNode]

  private init(_ tree: Shared<Descriptor>, _ devices: [DeviceNode]) {
    self.tree = tree
    self.devices = devices
  }

  /// Makes the nodes; nil when the runtime may not.
  static func make(_ devices: [DeviceNode]) throws(RuntimeError) -> NodeStore? {
    do {
      let store = NodeStore(
        Shared(
          try NewFilesystem(type: "tmpfs", source: "devices", options: "mode=711")
            .make([.noSetID, .noExec])), devices)
      try Nodes.unmasked { () throws(RuntimeError) in
        for (index, device) in devices.enumerated() where device.type != .fifo {
          try Nodes.make(
            FileName("\(index)"), device.type.nodeKind, major: device.major, minor: device.minor,
            mode: device.mode, owner: (0, 0), at: store.tree.value)
        }
      }
      return store
    } catch {
      if error.errno == EPERM { return nil }
      throw error.adding("make devices for a user namespace")
    }
  }

  /// Gives the nodes to their owners in the user namespace of a process.
  ///
  /// Root's stay with the host's where the namespace has no root.
  func giveAway(to pid: Int32, _ proc: borrowing Procfs) throws(RuntimeError) {
    do throws(RuntimeError) {
      let users = try IDMaps.read("uid_map", of: pid, proc)
      let groups = try IDMaps.read("gid_map", of: pid, proc)
      for (index, device) in devices.enumerated() where device.type != .fifo {
        guard let uid = IDMaps.hostID(of: device.uid, in: users) ?? (device.uid == 0 ? 0 : nil),
          let gid = IDMaps.hostID(of: device.gid, in: groups) ?? (device.gid == 0 ? 0 : nil)
        else {
          throw RuntimeError(
            .invalidSpec,
            "\(device.name ?? device.path): its owner has no ID in the user namespace")
        }
        try FileName("\(index)").setOwner(uid, gid, in: tree.value)
        // A change of owner can take bits away.
        if device.mode & 0o7000 != 0 {
          try FileName("\(index)").setPermissions(device.mode, in: tree.value)
        }
      }
    } catch {
      throw error.adding("make devices for a user namespace")
    }
  }

  /// Puts the store on the root for as long as nodes are taken from it.
  ///
  /// A mount can be copied only from where it is attached; no path leads there.
  func attach(to root: borrowing RootDirectory) throws(RuntimeError) {
    try MountTree.attach(tree.value, onto: root.descriptor)
  }

  /// Takes the store away; the nodes that were taken from it stay.
  func detach() {
    // Where it stays, it holds what the container has anyway.
    try? Mounts.detach(tree.value.procPath, followLinks: true)
  }

  /// A detached mount of a device's node.
  func node(for device: DeviceNode) throws(RuntimeError) -> Descriptor {
    let index = devices.firstIndex(of: device) ?? -1
    return try MountTree.copy("\(index)", at: tree.value, recursive: false)
  }
}
