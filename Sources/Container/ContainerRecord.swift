// SPDX-License-Identifier: Apache-2.0

package import JSON
package import Kernel

/// What runp keeps of a container, in `<root>/<id>/state.json`.
///
/// It is written before the first side effect of `create`, so that whatever is
/// made can be found and removed by a later command.
package struct ContainerRecord: Equatable {
  /// A process that cannot be mistaken for a later one of the same ID.
  package struct Process: Equatable, Sendable {
    /// The process ID in the runtime's PID namespace.
    package var pid: Int32
    /// When it started, in clock ticks since boot.
    package var startTime: UInt64

    /// Names a process.
    package init(pid: Int32, startTime: UInt64) {
      self.pid = pid
      self.startTime = startTime
    }
  }

  /// A cgroup that runp makes for a container.
  package struct CgroupRecord: Equatable, Sendable {
    /// The path below the cgroup2 mount.
    package var path: String
    /// The directory's inode number once it is made.
    package var identity: UInt64?

    /// Records a cgroup.
    package init(path: String, identity: UInt64? = nil) {
      self.path = path
      self.identity = identity
    }
  }

  /// The container's ID.
  package var id: String
  /// The absolute path of the bundle.
  package var bundle: String
  /// The absolute path of the root file system.
  package var rootfs: String
  /// When `create` began, in RFC 3339 form.
  package var created: String
  /// The user that created it.
  package var owner: UInt32
  /// The command that is creating it; nil once that has succeeded.
  package var creator: Process?
  /// The container's first process, once there is one.
  package var initProcess: Process?
  /// The container's cgroup, nil when it has none.
  package var cgroup: CgroupRecord?
  /// The kinds of namespaces that it has of its own or joined.
  package var namespaces: NamespaceKinds
  /// Whether its mounts were made in a mount namespace that outlives it.
  package var mountsOutlive: Bool
  /// The pod that it belongs to.
  package var pod: String?
  /// The configuration's annotations.
  package var annotations: OrderedMap<String>

  /// Describes a container that is about to be created.
  package init(
    id: String, bundle: String, rootfs: String, created: String, owner: UInt32, creator: Process,
    pod: String?, annotations: OrderedMap<String>
  ) {
    self.id = id
    self.bundle = bundle
    self.rootfs = rootfs
    self.created = created
    self.owner = owner
    self.creator = creator
    namespaces = []
    mountsOutlive = false
    self.pod = pod
    self.annotations = annotations
  }
}

extension ContainerRecord {
  /// The document that is kept on disk.
  var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "version": 1, "id": .string(id), "bundle": .string(bundle), "rootfs": .string(rootfs),
      "created": .string(created), "owner": JSONValue(owner),
    ]
    if let creator { document["creator"] = creator.json }
    if let initProcess { document["init"] = initProcess.json }
    if let cgroup { document["cgroup"] = cgroup.json }
    document["namespaces"] = JSONValue(namespaces.rawValue)
    if mountsOutlive { document["mountsOutlive"] = true }
    if let pod { document["pod"] = .string(pod) }
    if !annotations.isEmpty { document["annotations"] = JSONValue(annotations) }
    return .object(document)
  }
}

extension ContainerRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    id = try node.requiredString("id")
    bundle = try node.requiredString("bundle")
    rootfs = try node.requiredString("rootfs")
    created = try node.requiredString("created")
    owner = try node.requiredInteger("owner")
    creator = try node.object("creator")
    initProcess = try node.object("init")
    cgroup = try node.object("cgroup")
    namespaces = NamespaceKinds(rawValue: try node.integer("namespaces") ?? 0)
    mountsOutlive = try node.bool("mountsOutlive") ?? false
    pod = try node.string("pod")
    annotations = try node.stringMap("annotations")
  }
}

extension ContainerRecord.Process: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    pid = try node.requiredInteger("pid")
    startTime = try node.requiredInteger("startTime")
  }

  fileprivate var json: JSONValue { ["pid": JSONValue(pid), "startTime": JSONValue(startTime)] }
}

extension ContainerRecord.CgroupRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    path = try node.requiredString("path")
    identity = try node.integer("identity")
  }

  fileprivate var json: JSONValue {
    var document: OrderedMap<JSONValue> = ["path": .string(path)]
    if let identity { document["identity"] = JSONValue(identity) }
    return .object(document)
  }
}
