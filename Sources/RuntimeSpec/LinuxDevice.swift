// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A device node to supply in the container.
package struct LinuxDevice: Equatable, Sendable {
  /// Its absolute path in the container.
  package var path: String
  /// Its type.
  package var type: LinuxDeviceType
  /// Its major number; a FIFO has none.
  package var major: Int64?
  /// Its minor number; a FIFO has none.
  package var minor: Int64?
  /// Its permission bits.
  package var fileMode: UInt32?
  /// Its owner in the container.
  package var uid: UInt32?
  /// Its group in the container.
  package var gid: UInt32?

  /// Makes a device from its parts.
  package init(
    path: String, type: LinuxDeviceType, major: Int64? = nil, minor: Int64? = nil,
    fileMode: UInt32? = nil, uid: UInt32? = nil, gid: UInt32? = nil
  ) {
    self.path = path
    self.type = type
    self.major = major
    self.minor = minor
    self.fileMode = fileMode
    self.uid = uid
    self.gid = gid
  }
}

extension LinuxDevice: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    path = try json.requiredString("path")
    type = try json.requiredWord("type")
    major = try json.integer("major")
    minor = try json.integer("minor")
    fileMode = try json.integer("fileMode")
    uid = try json.integer("uid")
    gid = try json.integer("gid")
  }
}

/// The types of device nodes, as mknod(1) has them.
package enum LinuxDeviceType: String, CaseIterable, Sendable {
  /// A character device.
  case character = "c"
  /// A block device.
  case block = "b"
  /// An unbuffered character device, for Linux the same as `character`.
  case unbuffered = "u"
  /// A FIFO.
  case fifo = "p"
}

/// A network device to move into the container.
package struct LinuxNetDevice: Equatable, Sendable {
  /// Its name in the container; nil keeps that of the host.
  package var name: String?

  /// Makes a network device.
  package init(name: String? = nil) {
    self.name = name
  }
}

extension LinuxNetDevice: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    name = try json.nonEmptyString("name")
  }
}

/// A rule of the cgroup's device filter; later rules win.
package struct LinuxDeviceCgroup: Equatable, Sendable {
  /// Whether the rule allows or denies.
  package var allow: Bool
  /// The devices that it is about.
  package var type: LinuxDeviceCgroupType
  /// The major number; nil means any.
  package var major: UInt32?
  /// The minor number; nil means any.
  package var minor: UInt32?
  /// The kinds of access that it is about, out of `rwm`.
  package var access: String

  /// Makes a rule from its parts.
  package init(
    allow: Bool, type: LinuxDeviceCgroupType = .all, major: UInt32? = nil, minor: UInt32? = nil,
    access: String = "rwm"
  ) {
    self.allow = allow
    self.type = type
    self.major = major
    self.minor = minor
    self.access = access
  }
}

extension LinuxDeviceCgroup: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    allow = try json.requiredBool("allow")
    type = try json.nonEmptyWord("type") ?? .all
    major = try Self.number("major", of: json)
    minor = try Self.number("minor", of: json)
    access = try json.nonEmptyString("access") ?? "rwm"
  }

  private static func number(_ key: String, of json: JSONNode) throws(SpecError) -> UInt32? {
    // -1 is how the device cgroup's own tools write "any".
    if try json.member(key) == .integer(-1) { return nil }
    return try json.integer(key)
  }
}

/// The devices that a rule of the device filter is about.
package enum LinuxDeviceCgroupType: String, CaseIterable, Sendable {
  /// Every device.
  case all = "a"
  /// Character devices.
  case character = "c"
  /// Block devices.
  case block = "b"
}
