// SPDX-License-Identifier: Apache-2.0

package import JSON
internal import Kernel
internal import RuntimeSpec

extension PodSpec {
  /// Reads pod.json and checks everything that needs no kernel.
  ///
  /// Unlike in config.json, an unknown property is an error: nobody extends
  /// this format, so it is a mistyped one.
  ///
  /// - Throws: `SpecError` naming the property.
  package init(parsing bytes: [UInt8]) throws(SpecError) {
    try self.init(json: JSONNode(JSONValue(parsing: bytes)))
    try validate()
  }
}

extension PodSpec: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    try json.refuseUnknown([
      "podVersion", "ociVersion", "hostname", "domainname", "annotations", "shm", "volumes",
      "initContainers", "containers", "exitPolicy", "linux",
    ])
    podVersion = try json.requiredString("podVersion")
    ociVersion = try json.string("ociVersion")
    hostname = try json.nonEmptyString("hostname")
    domainname = try json.nonEmptyString("domainname")
    annotations = try json.stringMap("annotations")
    volumes = try json.objects("volumes")
    initContainers = []
    for node in try json.list("initContainers") {
      initContainers.append(try PodContainer(json: node, isInit: true))
    }
    containers = try json.objects("containers")
    exitPolicy = try json.word("exitPolicy") ?? .continue
    var linux = try json.object("linux") ?? PodLinux()
    // Without a version it is written for the newest specification.
    let resources = linux.resources
    linux.resources = resources?.written(in: ociVersion ?? specVersion)
    self.linux = linux
    sharedMemorySize = Self.defaultSharedMemorySize
    if let shm = try json.child("shm") {
      try shm.refuseUnknown(["size"])
      if !linux.holds(.ipc) {
        throw shm.error("the pod holds no ipc namespace, so it has no /dev/shm of its own")
      }
      sharedMemorySize = try shm.size("size") ?? sharedMemorySize
    }
  }
}

extension PodVolume: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    name = try json.requiredString("name")
    let kind = try json.requiredString("kind")
    switch kind {
    case "empty":
      try json.refuseUnknown(["name", "kind", "medium", "size", "mode"])
      source = .empty(try Empty(json: json))
    case "host":
      try json.refuseUnknown(["name", "kind", "source", "readOnly"])
      let path = try json.requiredString("source")
      if !path.hasPrefix("/") { throw json.path["source"].error("\(path.quoted) is not absolute") }
      source = .host(path: path, readOnly: try json.bool("readOnly") ?? false)
    default:
      throw json.path["kind"].error("\(kind.quoted) is not one of empty, host")
    }
  }
}

extension PodVolume.Empty: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    self.init()
    switch try json.string("medium") {
    case nil, "directory": inMemory = false
    case "memory": inMemory = true
    case let medium?:
      throw json.path["medium"].error("\(medium.quoted) is not one of directory, memory")
    }
    size = try json.size("size")
    if size != nil, !inMemory {
      throw json.path["size"].error("only a volume with the medium memory has a size")
    }
    if let text = try json.string("mode") {
      guard text.utf8.first != UInt8(ascii: "+"), let bits = UInt32(text, radix: 8),
        bits <= 0o7777
      else {
        throw json.path["mode"].error("\(text.quoted) is not octal permission bits, such as 1777")
      }
      mode = bits
    }
  }
}

extension PodContainer: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    try self.init(json: json, isInit: false)
  }

  init(json: JSONNode, isInit: Bool) throws(SpecError) {
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
      if try json.member(probe) != nil {
        throw json.path[probe].error("probes are not supported yet")
      }
    }
    if isInit, try json.member("after") != nil {
      throw json.path["after"].error("init containers run in the order of their list")
    }
    try json.refuseUnknown([
      "id", "bundle", "after", "mounts", "restartPolicy", "stopSignal", "stopTimeout",
    ])
    self.init(id: try json.requiredString("id"), bundle: try json.requiredString("bundle"))
    after = try json.strings("after") ?? []
    mounts = try json.objects("mounts")
    restartPolicy = try json.word("restartPolicy") ?? .never
    if isInit, restartPolicy == .always {
      throw json.path["restartPolicy"].error("an init container must end: OnFailure or Never")
    }
    if let name = try json.string("stopSignal") {
      guard let number = SignalNames.number(of: name) else {
        throw json.path["stopSignal"].error("\(name.quoted) is not a signal")
      }
      stopSignal = number
    }
    stopTimeout = try json.integer("stopTimeout") ?? stopTimeout
  }
}

extension PodContainer.VolumeMount: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    try json.refuseUnknown(["volume", "destination", "readOnly"])
    volume = try json.requiredString("volume")
    destination = try json.requiredString("destination")
    readOnly = try json.bool("readOnly") ?? false
    if !destination.hasPrefix("/") {
      throw json.path["destination"].error("\(destination.quoted) is not absolute")
    }
  }
}

extension JSONNode {
  /// Fails on the first member that is not in the list.
  func refuseUnknown(_ known: [String]) throws(SpecError) {
    for member in try members() where !known.contains(member.key) {
      throw member.node.error("unknown property")
    }
  }

  /// The nodes of an array of a key; empty when it is absent.
  func list(_ key: String) throws(SpecError) -> [JSONNode] {
    try child(key)?.elements() ?? []
  }

  /// A number of bytes, more than none.
  func size(_ key: String) throws(SpecError) -> UInt64? {
    guard let size: UInt64 = try integer(key) else { return nil }
    if size == 0 { throw path[key].error("must be more than 0") }
    return size
  }
}
