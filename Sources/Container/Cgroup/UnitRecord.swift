// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON

/// The unit of systemd that a cgroup belongs to, as it is found again later.
package struct UnitRecord: Equatable, Sendable {
  /// The name of the scope or slice.
  package let name: String
  /// Whose it is: what tells it from any other unit of the name.
  package let claim: String
  /// Whether it is one of a user's own systemd.
  package let isUser: Bool

  /// Records a unit.
  package init(name: String, claim: String, isUser: Bool) {
    self.name = name
    self.claim = claim
    self.isUser = isUser
  }
}

extension UnitRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    name = try node.requiredString("name")
    claim = try node.requiredString("claim")
    isUser = try node.bool("user") ?? false
  }

  /// The record as it is kept.
  package var json: JSONValue {
    ["name": .string(name), "claim": .string(claim), "user": .bool(isUser)]
  }
}
