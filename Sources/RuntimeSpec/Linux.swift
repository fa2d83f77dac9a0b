// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What only Linux containers have.
package struct Linux: Equatable, Sendable {
  /// How the user namespace maps user IDs.
  package var uidMappings: [LinuxIDMapping]
  /// How the user namespace maps group IDs.
  package var gidMappings: [LinuxIDMapping]
  /// Kernel parameters of the container's namespaces.
  package var sysctl: OrderedMap<String>
  /// The limits of the container's cgroup.
  package var resources: LinuxResources?
  /// The container's cgroup; nil lets the runtime choose one.
  package var cgroupsPath: String?
  /// The namespaces to create or join; those not listed are inherited.
  package var namespaces: [LinuxNamespace]
  /// Device nodes to supply, beside the default ones.
  package var devices: [LinuxDevice]
  /// Network devices to move in, by their name on the host.
  package var netDevices: OrderedMap<LinuxNetDevice>
  /// The system call filter.
  package var seccomp: LinuxSeccomp?
  /// How the root's mounts propagate.
  package var rootfsPropagation: RootfsPropagation?
  /// Paths that must not be readable.
  package var maskedPaths: [String]
  /// Paths that must not be writable.
  package var readonlyPaths: [String]
  /// The SELinux context of the mounts.
  package var mountLabel: String?
  /// Cache and memory bandwidth limits.
  package var intelRdt: LinuxIntelRdt?
  /// The NUMA memory policy.
  package var memoryPolicy: LinuxMemoryPolicy?
  /// The execution domain.
  package var personality: LinuxPersonality?
  /// How the clocks of the time namespace differ, by the clock's name.
  package var timeOffsets: OrderedMap<LinuxTimeOffset>

  /// Makes a Linux section from its parts.
  package init(
    uidMappings: [LinuxIDMapping] = [], gidMappings: [LinuxIDMapping] = [],
    sysctl: OrderedMap<String> = OrderedMap(), resources: LinuxResources? = nil,
    cgroupsPath: String? = nil, namespaces: [LinuxNamespace] = [], devices: [LinuxDevice] = [],
    netDevices: OrderedMap<LinuxNetDevice> = OrderedMap(), seccomp: LinuxSeccomp? = nil,
    rootfsPropagation: RootfsPropagation? = nil, maskedPaths: [String] = [],
    readonlyPaths: [String] = [], mountLabel: String? = nil, intelRdt: LinuxIntelRdt? = nil,
    memoryPolicy: LinuxMemoryPolicy? = nil, personality: LinuxPersonality? = nil,
    timeOffsets: OrderedMap<LinuxTimeOffset> = OrderedMap()
  ) {
    self.uidMappings = uidMappings
    self.gidMappings = gidMappings
    self.sysctl = sysctl
    self.resources = resources
    self.cgroupsPath = cgroupsPath
    self.namespaces = namespaces
    self.devices = devices
    self.netDevices = netDevices
    self.seccomp = seccomp
    self.rootfsPropagation = rootfsPropagation
    self.maskedPaths = maskedPaths
    self.readonlyPaths = readonlyPaths
    self.mountLabel = mountLabel
    self.intelRdt = intelRdt
    self.memoryPolicy = memoryPolicy
    self.personality = personality
    self.timeOffsets = timeOffsets
  }

  /// The namespace entry of a type, nil when the container inherits it.
  package func namespace(_ type: NamespaceType) -> LinuxNamespace? {
    namespaces.first { $0.type == type }
  }
}

extension Linux: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    uidMappings = try json.objects("uidMappings")
    gidMappings = try json.objects("gidMappings")
    sysctl = try json.stringMap("sysctl")
    resources = try json.object("resources")
    cgroupsPath = try json.nonEmptyString("cgroupsPath")
    namespaces = try json.objects("namespaces")
    devices = try json.objects("devices")
    netDevices = try json.objectMap("netDevices")
    seccomp = try json.object("seccomp")
    rootfsPropagation = try json.nonEmptyWord("rootfsPropagation")
    maskedPaths = try json.strings("maskedPaths") ?? []
    readonlyPaths = try json.strings("readonlyPaths") ?? []
    mountLabel = try json.nonEmptyString("mountLabel")
    intelRdt = try json.object("intelRdt")
    memoryPolicy = try json.object("memoryPolicy")
    personality = try json.object("personality")
    timeOffsets = try json.objectMap("timeOffsets")
  }
}

/// A namespace to create or to join.
package struct LinuxNamespace: Equatable, Sendable {
  /// Its type.
  package var type: NamespaceType
  /// The file of the namespace to join; nil creates a new one.
  package var path: String?

  /// Makes a namespace from its parts.
  package init(type: NamespaceType, path: String? = nil) {
    self.type = type
    self.path = path
  }
}

extension LinuxNamespace: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    type = try json.requiredWord("type")
    path = try json.nonEmptyString("path")
  }
}

/// The types of namespaces.
package enum NamespaceType: String, CaseIterable, Sendable {
  case pid
  case network
  case mount
  case ipc
  case uts
  case user
  case cgroup
  case time
}

/// A range of IDs that a user namespace maps.
package struct LinuxIDMapping: Equatable, Sendable {
  /// The first ID in the container.
  package var containerID: UInt32
  /// The first ID on the host.
  package var hostID: UInt32
  /// How many IDs.
  package var size: UInt32

  /// Makes a mapping from its parts.
  package init(containerID: UInt32, hostID: UInt32, size: UInt32) {
    self.containerID = containerID
    self.hostID = hostID
    self.size = size
  }
}

extension LinuxIDMapping: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    containerID = try json.requiredInteger("containerID")
    hostID = try json.requiredInteger("hostID")
    size = try json.requiredInteger("size")
  }
}

/// How far a clock of the time namespace is off.
package struct LinuxTimeOffset: Equatable, Sendable {
  /// Whole seconds.
  package var secs: Int64
  /// Nanoseconds to add.
  package var nanosecs: UInt32

  /// Makes an offset from its parts.
  package init(secs: Int64 = 0, nanosecs: UInt32 = 0) {
    self.secs = secs
    self.nanosecs = nanosecs
  }
}

extension LinuxTimeOffset: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    secs = try json.integer("secs") ?? 0
    nanosecs = try json.integer("nanosecs") ?? 0
  }
}

/// How the root's mounts propagate.
package enum RootfsPropagation: String, CaseIterable, Sendable {
  case shared
  case slave
  case `private`
  case unbindable
  case rshared
  case rslave
  case rprivate
  case runbindable
}
