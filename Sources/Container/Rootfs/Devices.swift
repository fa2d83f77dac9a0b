// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Makes a container's device nodes and the links in its /dev.
///
/// Everything happens in directories opened inside the root through no
/// symbolic link, or in those made below them (CVE-2026-41579).
struct Devices {
  /// Host nodes to bind, by path, where a user namespace cannot make any.
  let hostTrees: [String: Shared<Descriptor>]
  /// Whether nodes are bound instead of made.
  let bind: Bool
  /// Whether the container's /dev is the host's: nothing is made in it.
  let isBound: Bool

  /// Makes nodes and links.
  func make(for spec: Spec, in root: borrowing RootDirectory) throws(RuntimeError) {
    if isBound { return }
    let directory = try openDirectory(in: root)
    for device in DeviceNode.all(of: spec) {
      do {
        try make(device, in: root, dev: directory.value)
      } catch {
        throw RuntimeError(error, device.name ?? "default devices", "make \(device.path)")
      }
    }
    do {
      try makeLinks(in: directory.value)
    } catch {
      throw RuntimeError(error, "make links in /dev")
    }
  }

  private func openDirectory(
    in root: borrowing RootDirectory
  ) throws(RuntimeError) -> Shared<Descriptor> {
    do {
      return Shared(try root.ordinaryDirectory("/dev"))
    } catch {
      if error.errno != ELOOP, error.errno != ENOTDIR { throw RuntimeError(error, "open /dev") }
      throw RuntimeError(.failed, "/dev of the root file system is not an ordinary directory")
    }
  }

  private func make(
    _ device: DeviceNode, in root: borrowing RootDirectory, dev: borrowing Descriptor
  ) throws {
    let (parent, name) = SafePath.split(device.path)
    if name.isEmpty {
      throw RuntimeError(.invalidSpec, "\(device.path.quoted) is no path for a device")
    }
    let below = parent.split(separator: "/")
    let directory: Descriptor
    if below.first == "dev" {
      directory = try SafePath.makeDirectories(
        below.dropFirst().joined(separator: "/"), in: dev)
    } else {
      directory = try SafePath.makeDirectories(parent, in: root.descriptor)
    }
    if bind, device.type != .fifo { return try bindHost(device, name, in: directory) }
    do {
      try Nodes.make(
        FileName(name), device.type.nodeKind, major: device.major, minor: device.minor,
        mode: device.mode,
        owner: (device.uid, device.gid), at: directory)
    } catch {
      switch error.errno {
      case EEXIST: try check(device, name, in: directory)
      case EPERM: try bindHost(device, name, in: directory)
      default: throw error
      }
    }
  }

  /// Checks that what has a device's place is that device.
  private func check(
    _ device: DeviceNode, _ name: String, in directory: borrowing Descriptor
  ) throws {
    let status = try FileStatus(name, at: directory, followLinks: false)
    if !device.matches(status) {
      throw RuntimeError(.failed, "\(device.path) exists and is something else")
    }
  }

  private func bindHost(
    _ device: DeviceNode, _ name: String, in directory: borrowing Descriptor
  ) throws {
    let tree =
      try hostTrees[device.path]
      ?? Shared(try MountTree.copy(device.path, recursive: false))
    if !device.matches(try FileStatus(of: tree.value)) {
      throw RuntimeError(.failed, "\(device.path) of the host is another device")
    }
    let target = try SafePath.makeFile(name, in: directory, mode: 0o666)
    try MountTree.attach(tree.value, onto: target)
  }

  /// The links of config-linux.md, default devices, and the one that makes
  /// `/dev/ptmx` the container's own.
  private func makeLinks(in dev: borrowing Descriptor) throws(SystemError) {
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
  ) throws(SystemError) {
    do {
      try File.makeLink(name, to: target, at: directory)
    } catch  where error.errno == EEXIST {
      // The image has its own.
    }
  }
}

extension LinuxDeviceType {
  fileprivate var nodeKind: Nodes.Kind {
    switch self {
    case .block: .block
    case .character, .unbuffered: .character
    case .fifo: .fifo
    }
  }
}
