// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// What is mounted in a pod's directory.
///
/// The directory is bound onto itself as one private mount, and everything else
/// is mounted below it: none of that propagates into other mount namespaces.
/// The binding itself does appear in those that follow a shared mount that the
/// root is on, empty, and goes with it.
struct PodMounts {
  private let spec: PodSpec
  private let paths: PodPaths

  /// Prepares for a pod.
  init(_ spec: PodSpec, _ paths: PodPaths) {
    self.spec = spec
    self.paths = paths
  }

  /// Binds the directory onto itself.
  ///
  /// A volume has what a member wrote, set-id programs and device nodes too:
  /// on the host nobody can use those, whoever might find a way to them.
  static func bind(_ paths: PodPaths) throws(RuntimeError) {
    let tree = try MountTree.copy(paths.directory, recursive: false)
    // Before it is attached: it may appear elsewhere when the root is shared.
    try MountTree.setAttributes(tree, set: [.noSetID, .noDevices], subject: paths.directory)
    let directory = try File.open(paths.directory, [.path, .directory, .noFollow])
    try MountTree.attach(tree, onto: directory, subject: paths.directory)
    try Mounts.mount(on: paths.directory, .makePrivate)
  }

  /// Mounts the shared memory, if the pod has any.
  func makeSharedMemory() throws(RuntimeError) {
    guard spec.linux.holds(.ipc) else { return }
    try File.makeDirectory(paths.sharedMemory, mode: 0o700)
    try mountMemory(on: paths.sharedMemory, size: spec.sharedMemorySize, mode: 0o1777, [.noExec])
  }

  /// Makes the empty volumes.
  func makeVolumes() throws(RuntimeError) {
    try File.makeDirectory(paths.volumes, mode: 0o700)
    for volume in spec.volumes {
      guard case .empty(let empty) = volume.source else { continue }
      let path = paths.volume(volume.name)
      try File.makeDirectory(path, mode: 0o700)
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
  ) throws(RuntimeError) {
    var options = "mode=\(String(mode, radix: 8)),uid=\(rootUser),gid=\(rootGroup)"
    // What the kernel rounds up must not become nothing, which is no limit at all.
    if let size { options += ",size=\(min(size, UInt64(Int64.max)))" }
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
}

// MARK: - Undoing

extension PodMounts {
  /// Removes a directory of a pod with everything in it, detaching what is
  /// mounted on it and on what is directly in it.
  static func clear(_ path: String) throws(RuntimeError) {
    try detach(path)
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let (parentPath, name) = (String(path[..<slash]), FileName(String(path[slash...].dropFirst())))
    do {
      let directory = try File.open(path, [.directory, .noFollow])
      for entry in try Directory.names(directory) { try detach("\(path)/\(entry.text)") }
      try Directory.removeTree(name, at: try File.open(parentPath, [.directory, .noFollow]))
    } catch  where error.errno == ENOENT {}
  }

  /// Detaches all mounts that are on a path, one on the other.
  static func detach(_ path: String) throws(RuntimeError) {
    while true {
      do {
        try Mounts.detach(path)
      } catch  where error.errno == EINVAL || error.errno == ENOENT {
        // Not, or no longer, a mount.
        return
      }
    }
  }
}
