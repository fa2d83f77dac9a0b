// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// A device node that a container gets.
struct DeviceNode: Equatable {
  /// The absolute path in the container, without dots.
  let path: String
  /// What kind of node.
  let type: LinuxDeviceType
  /// The numbers of the device.
  let major: UInt32
  let minor: UInt32
  /// Permission bits.
  let mode: UInt32
  /// The owner.
  let uid: UInt32
  let gid: UInt32
  /// Where it stands in the configuration; nil for a default device.
  let name: String?

  /// Devices that every container has (config-linux.md, default devices).
  static let defaults: [DeviceNode] = [
    ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8),
    ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
  ].map {
    DeviceNode(
      path: $0.0, type: .character, major: $0.1, minor: $0.2, mode: 0o666, uid: 0, gid: 0,
      name: nil)
  }

  /// The devices of a configuration: its own, and the defaults that it does
  /// not list itself.
  static func all(of spec: Spec) -> [DeviceNode] {
    let listed = (spec.linux?.devices ?? []).enumerated().map { index, device in
      DeviceNode(
        path: SafePath.cleaned(device.path), type: device.type,
        major: UInt32(clamping: device.major ?? 0), minor: UInt32(clamping: device.minor ?? 0),
        mode: device.fileMode ?? 0o666,
        uid: device.uid ?? 0, gid: device.gid ?? 0, name: "linux.devices[\(index)]")
    }
    return listed + defaults.filter { device in !listed.contains { $0.path == device.path } }
  }

  /// Whether a file is this device.
  func matches(_ status: FileStatus) -> Bool {
    switch type {
    case .fifo: status.kind == .fifo
    case .block: status.kind == .blockDevice && status.device == (major, minor)
    case .character, .unbuffered:
      status.kind == .characterDevice && status.device == (major, minor)
    }
  }
}

extension LinuxDeviceType {
  /// The kernel's word for the type.
  var nodeKind: Nodes.Kind {
    switch self {
    case .block: .block
    case .character, .unbuffered: .character
    case .fifo: .fifo
    }
  }
}
