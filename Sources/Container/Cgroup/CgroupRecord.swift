// SPDX-License-Identifier: Apache-2.0

package import Cgroups
package import JSON
package import Kernel

/// A cgroup that runp makes or takes, as it is found again later.
package struct CgroupRecord: Equatable, Sendable {
  /// The path below the cgroup2 mount.
  package let path: String
  /// What tells it from any other at that path.
  package let knowledge: Cgroup.Knowledge
  /// The unit of systemd that it belongs to.
  package let unit: UnitRecord?

  /// Records a cgroup.
  package init(path: String, _ knowledge: Cgroup.Knowledge, unit: UnitRecord? = nil) {
    self.path = path
    self.knowledge = knowledge
    self.unit = unit
  }

  /// The record once the cgroup is there: from here on whoever finds it may kill
  /// what is in the cgroup.
  package func confirmed(_ cgroup: borrowing Cgroup) -> CgroupRecord {
    CgroupRecord(path: path, .identity(cgroup.identity), unit: unit)
  }
}

extension CgroupRecord {
  /// Opens the cgroup if it is still there and still runp's.
  package func open(_ context: RuntimeContext) throws(RuntimeError) -> Shared<Cgroup>? {
    guard let path = CgroupPath(recorded: path) else { return nil }
    let host = try context.cgroups.hierarchy()
    guard let cgroup = try Cgroup.open(in: host.value, at: path, knowledge) else { return nil }
    return Shared(cgroup)
  }

  /// Whether the cgroup is gone, as that of a scope is with its last process: the
  /// reason for whatever else has failed then.
  func isGone(_ context: RuntimeContext) -> Bool {
    do {
      return try open(context) == nil
    } catch {
      return false
    }
  }
}

extension CgroupRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    path = try node.requiredString("path")
    unit = try node.object("unit")
    if let identity: UInt64 = try node.integer("identity") {
      knowledge = .identity(identity)
    } else {
      knowledge = .claim(
        try node.string("claim") ?? "", existed: try node.bool("existed") ?? false)
    }
  }

  /// The record as it is kept.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> =
      switch knowledge {
      case .identity(let identity): ["path": .string(path), "identity": JSONValue(identity)]
      case .claim(let text, let existed):
        ["path": .string(path), "claim": .string(text), "existed": .bool(existed)]
      }
    if let unit { document["unit"] = unit.json }
    return .object(document)
  }
}
