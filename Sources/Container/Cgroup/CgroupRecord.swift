// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON
internal import Kernel

/// A cgroup that runp makes, as it is found again later.
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

extension CgroupRecord {
  /// Opens the cgroup if it is still there and still runp's.
  func open(_ context: RuntimeContext) throws(RuntimeError) -> Shared<Cgroup>? {
    guard let path = CgroupPath(recorded: path) else { return nil }
    do {
      let host = try context.cgroups.hierarchy()
      guard let cgroup = try Cgroup.open(in: host.value, at: path, identity: identity) else {
        return nil
      }
      return Shared(cgroup)
    } catch {
      throw RuntimeError(error)
    }
  }
}

extension CgroupRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    path = try node.requiredString("path")
    identity = try node.integer("identity")
  }

  /// The record as it is kept.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> = ["path": .string(path)]
    if let identity { document["identity"] = JSONValue(identity) }
    return .object(document)
  }
}
