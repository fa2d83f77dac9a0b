// SPDX-License-Identifier: Apache-2.0

package import Container
package import JSON
package import RuntimeSpec

/// What runp keeps of a pod in its `state.json`.
///
/// It is written before the first side effect of `pod create`. Everything but
/// the cgroup is below the pod's directory, so this and the directory are all
/// that is needed to remove a pod whole.
package struct PodState: Equatable {
  /// How far the pod is.
  package enum Phase: String, CaseIterable, Sendable {
    /// The sandbox is being made.
    case making
    /// The sandbox is there, the containers of the file are being created.
    case filling
    /// Everything of the file is there.
    case ready
    /// The pod is being removed; nothing can join it any more.
    case removing
  }

  /// The version of the format that this runtime writes.
  ///
  /// Up to version 1 a pod had no entries of its containers, which were found by
  /// their own records.
  static let currentVersion = 2

  /// The version of the format that it was written in.
  package var version: Int
  /// The pod's ID.
  package var id: String
  /// What tells it from a later pod of the same ID.
  package let instance: String
  /// How far it is.
  package var phase: Phase
  /// When `pod create` began, in RFC 3339 form.
  package var created: String
  /// The command that makes it, which a later one needs to know only while the
  /// phase is not `ready`.
  package var creator: ProcessRecord
  /// The directory that the bundles' paths are relative to.
  package var bundleBase: String
  /// The kinds of namespaces that it holds.
  package var namespaces: [NamespaceType]
  /// Its cgroup; nil when it has none.
  package var cgroup: CgroupRecord?
  /// Whether somebody asked for it to be stopped since it was started, so that
  /// its supervisor starts nothing again.
  package var isStopping: Bool
  /// Whether its init containers have run to their end.
  package var isInitialized: Bool
  /// The command that starts it; another may take its place once it is gone.
  package var starter: ProcessRecord?

  /// Describes a pod that is about to be made.
  package init(
    id: String, created: String, creator: ProcessRecord, bundleBase: String,
    namespaces: [NamespaceType], cgroup: CgroupRecord?
  ) {
    version = Self.currentVersion
    self.id = id
    instance = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    phase = .making
    self.created = created
    self.creator = creator
    self.bundleBase = bundleBase
    self.namespaces = namespaces
    self.cgroup = cgroup
    isStopping = false
    isInitialized = false
  }
}

extension PodState {
  /// The document that is kept on disk.
  var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "version": JSONValue(version), "id": .string(id), "instance": .string(instance),
      "phase": .string(phase.rawValue),
      "created": .string(created),
      "creator": creator.json,
      "bundleBase": .string(bundleBase),
      "namespaces": JSONValue(namespaces.map { $0.rawValue }),
      "isStopping": .bool(isStopping), "isInitialized": .bool(isInitialized),
    ]
    if let starter { document["starter"] = starter.json }
    if let cgroup { document["cgroup"] = cgroup.json }
    return .object(document)
  }
}

extension PodState: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    version = try json.documentVersion(knowing: 1...Self.currentVersion)
    id = try json.requiredString("id")
    instance = try json.requiredString("instance")
    phase = try json.requiredWord("phase")
    created = try json.requiredString("created")
    creator = try json.requiredObject("creator")
    bundleBase = try json.requiredString("bundleBase")
    namespaces = try json.words("namespaces") ?? []
    cgroup = try json.object("cgroup")
    isStopping = try json.bool("isStopping") ?? false
    isInitialized = try json.bool("isInitialized") ?? false
    starter = try json.object("starter")
  }
}

extension PodState {
  /// Whether it stands, or the command that makes it is still at it.
  package var isAlive: Bool {
    switch phase {
    case .ready: true
    case .making, .filling: creator.isAlive
    // Whoever removes a pod holds its lock, so nobody is at it any more.
    case .removing: false
    }
  }
}
