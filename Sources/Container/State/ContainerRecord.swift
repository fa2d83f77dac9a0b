// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What runp keeps of a container, in `<root>/<id>/state.json`.
///
/// It is written before the first side effect of `create`, so that whatever is
/// made can be found and removed by a later command.
package struct ContainerRecord: Equatable {
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
  package var creator: ProcessRecord?
  /// The container's first process, once there is one.
  package var initProcess: ProcessRecord?
  /// The container's cgroup, nil when it has none.
  package var cgroup: CgroupRecord?
  /// The namespaces that it has of its own, and those that it joined.
  package var namespaces: NamespaceRecord
  /// Whether its mounts were made in a mount namespace that outlives it.
  package var mountsOutlive: Bool
  /// The mount that its root is put over, where its mounts are among the host's;
  /// nil elsewhere.
  package var mountBelow: UInt64?
  /// Whether its processes stay in the session keyring of whoever called for
  /// them (`--no-new-keyring`).
  package var keepsKeyring: Bool
  /// The pod that it belongs to.
  package var pod: String?
  /// The configuration's annotations.
  package var annotations: OrderedMap<String>
  /// What else of the configuration later commands need.
  package var configuration: KeptConfiguration

  /// Describes a container that is about to be created.
  package init(
    id: String, bundle: String, rootfs: String, created: String, owner: UInt32,
    creator: ProcessRecord,
    pod: String?, annotations: OrderedMap<String>
  ) {
    self.id = id
    self.bundle = bundle
    self.rootfs = rootfs
    self.created = created
    self.owner = owner
    self.creator = creator
    namespaces = NamespaceRecord()
    mountsOutlive = false
    keepsKeyring = false
    self.pod = pod
    self.annotations = annotations
    configuration = KeptConfiguration()
  }
}

extension ContainerRecord {
  /// The version of the document on disk, raised when an older runp would
  /// misunderstand a newer one's.
  static let version = 2

  /// The document that is kept on disk.
  var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "version": JSONValue(Self.version), "id": .string(id), "bundle": .string(bundle),
      "rootfs": .string(rootfs), "created": .string(created), "owner": JSONValue(owner),
    ]
    if let creator { document["creator"] = creator.json }
    if let initProcess { document["init"] = initProcess.json }
    if let cgroup { document["cgroup"] = cgroup.json }
    document["namespaces"] = namespaces.json
    if mountsOutlive { document["mountsOutlive"] = true }
    if let mountBelow { document["mountBelow"] = JSONValue(mountBelow) }
    if keepsKeyring { document["keepsKeyring"] = true }
    if let pod { document["pod"] = .string(pod) }
    if !annotations.isEmpty { document["annotations"] = JSONValue(annotations) }
    document["configuration"] = configuration.json
    return .object(document)
  }
}

extension ContainerRecord: JSONDecodable {
  /// Decodes the document.
  ///
  /// - Throws: `SpecError` that names the version when that is another one.
  package init(json node: JSONNode) throws(SpecError) {
    _ = try node.documentVersion(knowing: Self.version...Self.version)
    id = try node.requiredString("id")
    bundle = try node.requiredString("bundle")
    rootfs = try node.requiredString("rootfs")
    created = try node.requiredString("created")
    owner = try node.requiredInteger("owner")
    creator = try node.object("creator")
    initProcess = try node.object("init")
    cgroup = try node.object("cgroup")
    namespaces = try node.requiredObject("namespaces")
    mountsOutlive = try node.bool("mountsOutlive") ?? false
    mountBelow = try node.integer("mountBelow")
    keepsKeyring = try node.bool("keepsKeyring") ?? false
    pod = try node.string("pod")
    annotations = try node.stringMap("annotations")
    configuration = try node.requiredObject("configuration")
  }
}
