// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// What is mounted in a pod's directory.
///
/// The directory is bound onto itself as one private mount, and everything else
/// is mounted below it: none of that propagates into other mount namespaces,
/// and one call detaches all of it. The binding itself does appear in those
/// that follow a shared mount that the root is on, empty, and goes with it.
struct PodMounts {
  private let spec: PodSpec
  private let paths: PodPaths

  /// Prepares for a pod.
  init(_ spec: PodSpec, _ paths: PodPaths) {
    self.spec = spec
    self.paths = paths
  }

  /// Binds the directory onto itself and makes what the parts are mounted on.
  ///
  /// A volume has what a member wrote, set-id programs and device nodes too:
  /// on the host nobody can use those, whoever might find a way to them.
  func prepare() throws(SystemError) {
    let tree = try MountTree.copy(paths.directory, recursive: false)
    // Before it is attached: it may appear elsewhere when the root is shared.
    try MountTree.setAttributes(tree, set: [.noSetID, .noDevices], subject: paths.directory)
    let directory = try File.open(paths.directory, [.path, .directory, .noFollow])
    try MountTree.attach(tree, onto: directory, subject: paths.directory)
    try Mounts.mount(on: paths.directory, .makePrivate)
    try File.makeDirectory(paths.namespaces, mode: 0o700)
    try File.makeDirectory(paths.volumes, mode: 0o700)
  }

  /// Mounts the shared memory and makes the empty volumes.
  func makeStorage() throws(SystemError) {
    if spec.linux.holds(.ipc) {
      try File.makeDirectory(paths.sharedMemory)
      try mountMemory(
        on: paths.sharedMemory, size: spec.sharedMemorySize, mode: 0o1777, [.noExec])
    }
    for volume in spec.volumes {
      guard case .empty(let empty) = volume.source else { continue }
      let path = paths.volume(volume.name)
      try File.makeDirectory(path)
      if empty.inMemory {
        try mountMemory(on: path, size: empty.size, mode: empty.mode, [])
      } else {
        let directory = try File.open(path, [.directory, .noFollow])
        try directory.setOwner(rootUser, rootGroup)
        // After the owner, whose change may clear bits.
        try directory.setPermissions(empty.mode)
      }
    }
  }

  private func mountMemory(
    on path: String, size: UInt64?, mode: UInt32, _ flags: MountFlags
  ) throws(SystemError) {
    var options = "mode=\(String(mode, radix: 8)),uid=\(rootUser),gid=\(rootGroup)"
    if let size { options += ",size=\(size)" }
    try Mounts.mount(
      "tmpfs", on: path, type: "tmpfs", flags.union([.noSetID, .noDevices]), data: options)
  }

  /// The host's ID for the pod's root.
  private var rootUser: UInt32 {
    spec.linux.uidMappings.first { $0.containerID == 0 }?.hostID ?? 0
  }

  private var rootGroup: UInt32 {
    spec.linux.gidMappings.first { $0.containerID == 0 }?.hostID ?? 0
  }

  /// Detaches everything that is mounted in a pod's directory.
  static func detach(_ paths: PodPaths) throws(SystemError) {
    while true {
      do {
        try Mounts.detach(paths.directory)
      } catch  where error.errno == EINVAL || error.errno == ENOENT {
        // Not, or no longer, a mount.
        return
      }
    }
  }
}
