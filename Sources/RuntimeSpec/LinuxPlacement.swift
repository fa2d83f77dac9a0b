// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Cache and memory bandwidth limits of the resctrl filesystem.
package struct LinuxIntelRdt: Equatable, Sendable {
  /// The class of service; nil means the container's ID, `/` the root group.
  package var closID: String?
  /// Lines for the `schemata` file, written last.
  package var schemata: [String]
  /// The line of the L3 cache, written first.
  package var l3CacheSchema: String?
  /// The line of the memory bandwidth.
  package var memBwSchema: String?
  /// Whether the container gets a monitoring group.
  package var enableMonitoring: Bool

  /// Makes limits from their parts.
  package init(
    closID: String? = nil, schemata: [String] = [], l3CacheSchema: String? = nil,
    memBwSchema: String? = nil, enableMonitoring: Bool = false
  ) {
    self.closID = closID
    self.schemata = schemata
    self.l3CacheSchema = l3CacheSchema
    self.memBwSchema = memBwSchema
    self.enableMonitoring = enableMonitoring
  }
}

extension LinuxIntelRdt: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    closID = try json.nonEmptyString("closID")
    schemata = try json.strings("schemata") ?? []
    l3CacheSchema = try json.nonEmptyString("l3CacheSchema")
    memBwSchema = try json.nonEmptyString("memBwSchema")
    enableMonitoring = try json.bool("enableMonitoring") ?? false
  }
}

/// The NUMA memory policy, as set_mempolicy(2) takes it.
package struct LinuxMemoryPolicy: Equatable, Sendable {
  /// The mode.
  package var mode: MemoryPolicyModeType
  /// The nodes, a list such as `0-3,7`.
  package var nodes: String?
  /// Flags of the mode.
  package var flags: [MemoryPolicyFlagType]

  /// Makes a policy from its parts.
  package init(
    mode: MemoryPolicyModeType, nodes: String? = nil, flags: [MemoryPolicyFlagType] = []
  ) {
    self.mode = mode
    self.nodes = nodes
    self.flags = flags
  }
}

extension LinuxMemoryPolicy: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    mode = try json.requiredWord("mode")
    nodes = try json.nonEmptyString("nodes")
    flags = try json.words("flags") ?? []
  }
}

/// The modes of set_mempolicy(2).
package enum MemoryPolicyModeType: String, CaseIterable, Sendable {
  case `default` = "MPOL_DEFAULT"
  case bind = "MPOL_BIND"
  case interleave = "MPOL_INTERLEAVE"
  case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
  case preferred = "MPOL_PREFERRED"
  case preferredMany = "MPOL_PREFERRED_MANY"
  case local = "MPOL_LOCAL"
}

/// The flags of set_mempolicy(2).
package enum MemoryPolicyFlagType: String, CaseIterable, Sendable {
  case numaBalancing = "MPOL_F_NUMA_BALANCING"
  case relativeNodes = "MPOL_F_RELATIVE_NODES"
  case staticNodes = "MPOL_F_STATIC_NODES"
}

/// The execution domain, as personality(2) takes it.
package struct LinuxPersonality: Equatable, Sendable {
  /// The domain.
  package var domain: LinuxPersonalityDomain
  /// Reserved: the specification defines no flag.
  package var flags: [String]

  /// Makes a personality from its parts.
  package init(domain: LinuxPersonalityDomain, flags: [String] = []) {
    self.domain = domain
    self.flags = flags
  }
}

extension LinuxPersonality: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    domain = try json.requiredWord("domain")
    flags = try json.strings("flags") ?? []
  }
}

/// The execution domains.
package enum LinuxPersonalityDomain: String, CaseIterable, Sendable {
  case linux = "LINUX"
  case linux32 = "LINUX32"
}
