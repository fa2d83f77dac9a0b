// SPDX-License-Identifier: Apache-2.0

package import JSON
internal import RuntimeSpec

extension PodLinux: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    self.init()
    try json.refuseUnknown([
      "cgroupsPath", "namespaces", "uidMappings", "gidMappings", "sysctl", "resources",
    ])
    cgroupsPath = try json.nonEmptyString("cgroupsPath")
    sysctl = try json.stringMap("sysctl")
    uidMappings = try Self.mappings(json, "uidMappings")
    gidMappings = try Self.mappings(json, "gidMappings")
    if uidMappings.isEmpty != gidMappings.isEmpty {
      let missing = uidMappings.isEmpty ? "uidMappings" : "gidMappings"
      throw json.path[missing].error("a user namespace needs mappings of users and of groups")
    }
    if try json.member("namespaces") != nil { namespaces = try Self.namespaces(json) }
    if !uidMappings.isEmpty, !holds(.user) { namespaces.append(.user) }
    if let node = try json.child("resources") {
      try Self.refuseUnknownResources(node)
      resources = try LinuxResources(json: node)
      try resources?.validate(at: node.path)
    }
    try Sysctl.validate(
      sysctl, namespaces: namespaces.map { LinuxNamespace(type: $0) }, at: json.path["sysctl"])
  }

  private static func namespaces(_ json: JSONNode) throws(SpecError) -> [NamespaceType] {
    var types: [NamespaceType] = []
    for node in try json.list("namespaces") {
      try node.refuseUnknown(["type", "path"])
      let namespace = try LinuxNamespace(json: node)
      if namespace.path?.isEmpty == false {
        throw node.path["path"].error("a pod makes its own namespaces, it joins none")
      }
      let path = node.path["type"]
      if types.contains(namespace.type) {
        throw path.error("\(namespace.type.rawValue) is listed twice")
      }
      switch namespace.type {
      case .network, .ipc, .uts: break
      case .user:
        if try json.list("uidMappings").isEmpty {
          throw path.error("a user namespace needs linux.uidMappings and linux.gidMappings")
        }
      case .mount, .cgroup:
        throw path.error("containers never share the \(namespace.type.rawValue) namespace")
      case .pid, .time:
        throw path.error("a shared \(namespace.type.rawValue) namespace is not supported yet")
      }
      types.append(namespace.type)
    }
    return types
  }

  private static func mappings(
    _ json: JSONNode, _ key: String
  ) throws(SpecError) -> [LinuxIDMapping] {
    for node in try json.list(key) {
      try node.refuseUnknown(["containerID", "hostID", "size"])
    }
    let mappings = try json.objects(key, as: LinuxIDMapping.self)
    try mappings.validate(at: json.path[key])
    if !mappings.isEmpty, !mappings.contains(where: { $0.containerID == 0 }) {
      throw json.path[key].error("ID 0 of the pod is not mapped")
    }
    return mappings
  }

  private static func refuseUnknownResources(_ node: JSONNode) throws(SpecError) {
    try node.refuseUnknown([
      "devices", "memory", "cpu", "pids", "blockIO", "hugepageLimits", "network", "rdma",
      "unified",
    ])
    try node.child("memory")?.refuseUnknown([
      "limit", "reservation", "swap", "kernel", "kernelTCP", "swappiness", "disableOOMKiller",
      "useHierarchy", "checkBeforeUpdate",
    ])
    try node.child("cpu")?.refuseUnknown([
      "shares", "quota", "burst", "period", "realtimeRuntime", "realtimePeriod", "cpus", "mems",
      "idle",
    ])
    try node.child("pids")?.refuseUnknown(["limit"])
  }
}
