// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Makes a container's device nodes and the links in its /dev.
///
/// Everything happens in the mount that the configuration has for a path, or in
/// the root file system itself: no link of the image leads from there into
/// another mount, such as a directory of the host's (CVE-2026-41579).
struct Devices {
  /// What is opened for devices and mounts.
  let plan: MountPlan
  /// Whether nodes are bound instead of made.
  let bind: Bool

  /// Makes nodes and links.
  func make(for spec: Spec, in root: borrowing RootDirectory) throws(RuntimeError) {
    let planned = plan.mounts.last { $0.isForDevices }
    if planned?.bringsDevices == true { return }
    let directory: Shared<Descriptor>
    if let mounted = planned?.mounted {
      directory = mounted
    } else {
      directory = try openDirectory(in: root)
    }
    try makeNodes(for: spec, in: root, dev: directory)
    do throws(RuntimeError) {
      try makeLinks(in: directory.value)
    } catch {
      throw error.adding("make links in /dev")
    }
  }

  private func makeNodes(
    for spec: Spec, in root: borrowing RootDirectory, dev: Shared<Descriptor>
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      try plan.nodes?.attach(to: root)
    } catch {
      throw error.adding("attach the devices")
    }
    defer { plan.nodes?.detach() }
    try Nodes.unmasked { () throws(RuntimeError) in
      for device in DeviceNode.all(of: spec) {
        do throws(RuntimeError) {
          try make(device, in: root, dev: dev)
        } catch {
          throw error.adding("make \(device.path)").adding(device.name ?? "default devices")
        }
      }
    }
  }

  private func openDirectory(
    in root: borrowing RootDirectory
  ) throws(RuntimeError) -> Shared<Descriptor> {
    do throws(RuntimeError) {
      return Shared(try root.ordinaryDirectory("/dev"))
    } catch {
      if error.errno != ELOOP, error.errno != ENOTDIR { throw error.adding("open /dev") }
      throw RuntimeError(.failed, "/dev of the root file system is not an ordinary directory")
    }
  }

  private func make(
    _ device: DeviceNode, in root: borrowing RootDirectory, dev: Shared<Descriptor>
  ) throws(RuntimeError) {
    let place =
      mount(above: device.path) ?? SafePath.rest(of: device.path, below: "/dev").map { (dev, $0) }
    let (parent, name) = SafePath.split(place?.1 ?? device.path)
    if name.isEmpty { throw RuntimeError(.invalidSpec, "this is no path for a device") }
    guard let place else {
      return try make(device, name, in: try openDirectory(parent, in: root.descriptor))
    }
    // Most are directly in the mount, which is open.
    if parent.isEmpty { return try make(device, name, in: place.0.value) }
    try make(device, name, in: try openDirectory(parent, in: place.0.value))
  }

  private func make(
    _ device: DeviceNode, _ name: String, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    if bind, device.type != .fifo { return try bindNode(device, name, in: directory) }
    do throws(RuntimeError) {
      try Nodes.make(
        FileName(name), device.type.nodeKind, major: device.major, minor: device.minor,
        mode: device.mode,
        owner: (device.uid, device.gid), at: directory)
    } catch {
      switch error.errno {
      case EEXIST:
        if try !device.matches(FileName(name).status(in: directory)) { throw occupied(device) }
      case EPERM: try bindNode(device, name, in: directory)
      default: throw error
      }
    }
  }

  /// The mount that the configuration has closest above a path, of two on the
  /// same directory the later one, with the rest of the path.
  private func mount(above path: String) -> (Shared<Descriptor>, String)? {
    var found: (mounted: Shared<Descriptor>, rest: String)?
    for planned in plan.mounts {
      guard let mounted = planned.mounted,
        let rest = SafePath.rest(of: path, below: planned.destination),
        rest.utf8.count <= found?.rest.utf8.count ?? Int.max
      else { continue }
      found = (mounted, rest)
    }
    return found
  }

  /// Opens, or makes, the directory of a node without leaving a mount.
  private func openDirectory(
    _ path: String, in directory: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    do throws(RuntimeError) {
      return try SafePath.makeDirectories(
        path, in: directory, resolve: SafePath.Resolve.usual.union(.noMountCrossing))
    } catch {
      if error.errno != EXDEV { throw error }
      throw RuntimeError(.failed, "a link on the way leads to another mount")
    }
  }

  /// Binds a node that was made, or is the host's, to where it belongs.
  private func bindNode(
    _ device: DeviceNode, _ name: String, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    let target = try SafePath.makeFile(
      name, in: directory, resolve: .withoutLinks)
    let status = try FileStatus(of: target)
    if device.matches(status) { return }
    let directoryMount = try FileStatus(of: directory).mountID
    if status.kind != .regular || status.mountID != directoryMount {
      throw occupied(device)
    }
    try MountTree.attach(try node(for: device), onto: target)
  }

  private func node(for device: DeviceNode) throws(RuntimeError) -> Descriptor {
    if let nodes = plan.nodes { return try nodes.node(for: device) }
    let tree =
      if let opened = plan.deviceTrees[device.path] {
        try opened.value.duplicate()
      } else {
        try MountTree.copy(device.path, recursive: false)
      }
    if try !device.matches(FileStatus(of: tree)) {
      throw RuntimeError(.failed, "\(device.path) of the host is another device")
    }
    return tree
  }

  private func occupied(_ device: DeviceNode) -> RuntimeError {
    RuntimeError(.failed, "\(device.path) exists and is something else")
  }

  /// The links of config-linux.md, default devices, and the one that makes
  /// `/dev/ptmx` the container's own.
  private func makeLinks(in dev: borrowing Descriptor) throws(RuntimeError) {
    var links = [
      ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"),
    ]
    if File.exists("/proc/kcore") { links.append(("core", "/proc/kcore")) }
    for (name, target) in links { try makeLink(name, to: target, in: dev) }
    do {
      try File.remove("ptmx", at: dev)
    } catch  where error.errno == ENOENT {
    } catch  where error.errno == EBUSY {
      // Something is mounted on it, as configured.
      return
    }
    try makeLink("ptmx", to: "pts/ptmx", in: dev)
  }

  private func makeLink(
    _ name: String, to target: String, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    do {
      try File.makeLink(name, to: target, at: directory)
    } catch  where error.errno == EEXIST {
      // The image has its own.
    }
  }
}
