// SPDX-License-Identifier: Apache-2.0

package import RuntimeSpec

/// Which accesses to which devices are allowed or denied.
///
/// Of the rules that name a device and an access, the last one decides.
package struct DeviceRule: Sendable, Equatable {
  /// The kinds of devices.
  enum Kind: UInt32, Sendable {
    /// A block device; the number is that of the kernel's `BPF_DEVCG_DEV_BLOCK`.
    case block = 1
    /// A character device.
    case character = 2
  }

  /// What can be done with a device node; the bits are the kernel's
  /// `BPF_DEVCG_ACC_*`.
  struct Access: OptionSet, Sendable, Hashable {
    let rawValue: UInt32

    /// Make the node.
    static let make = Access(rawValue: 1)
    /// Read from the device.
    static let read = Access(rawValue: 2)
    /// Write to it.
    static let write = Access(rawValue: 4)
    /// All of that.
    static let all: Access = [.make, .read, .write]
  }

  /// Whether the accesses are allowed.
  let allows: Bool
  /// The kind of the devices; nil for both.
  let kind: Kind?
  /// Their major number; nil for all.
  let major: UInt32?
  /// Their minor number; nil for all.
  let minor: UInt32?
  /// The accesses.
  let access: Access

  init(_ allows: Bool, _ kind: Kind?, _ major: UInt32?, _ minor: UInt32?, _ access: Access) {
    self.allows = allows
    self.kind = kind
    self.major = major
    self.minor = minor
    self.access = access
  }

  /// Whether it is about every access to every device.
  var isAboutAll: Bool { kind == nil && major == nil && minor == nil && access == .all }

  /// Whether the rule has the same answer for all that another is about.
  func includes(_ other: DeviceRule) -> Bool {
    allows == other.allows && (kind == nil || kind == other.kind)
      && (major == nil || major == other.major) && (minor == nil || minor == other.minor)
      && access.isSuperset(of: other.access)
  }

  /// Takes over a rule of `linux.resources.devices`, which has been validated.
  package init(_ device: LinuxDeviceCgroup) {
    let kind: Kind? =
      switch device.type {
      case .all: nil
      case .character: .character
      case .block: .block
      }
    var access: Access = []
    for letter in device.access.utf8 {
      switch letter {
      case UInt8(ascii: "r"): access.insert(.read)
      case UInt8(ascii: "w"): access.insert(.write)
      case UInt8(ascii: "m"): access.insert(.make)
      default: break
      }
    }
    self.init(device.allow, kind, device.major, device.minor, access)
  }

  /// What every container may do, whatever its rules say: make any node, and
  /// use the devices that every container has.
  static let defaults: [DeviceRule] =
    ([
      (1, 3), (1, 5), (1, 7), (1, 8), (1, 9),  // null, zero, full, random, urandom
      (5, 0), (5, 1), (5, 2),  // tty, console, ptmx
      (10, 200),  // net/tun
      (136, nil),  // pseudo-terminals
    ] as [(UInt32, UInt32?)]).map { DeviceRule(true, .character, $0.0, $0.1, .all) }
    + [DeviceRule(true, nil, nil, nil, .make)]
}
