// SPDX-License-Identifier: Apache-2.0

package import JSON
package import Kernel

/// Which namespaces of a container are its own, and which it shares with
/// others.
///
/// The two answer different questions: what ends with the container, and what
/// leads into it.
package struct NamespaceRecord: Equatable, Sendable {
  /// The kinds that were made for it.
  package var made: NamespaceKinds
  /// The kinds that it joined, which others may be in.
  package var joined: NamespaceKinds

  /// Records the kinds.
  package init(made: NamespaceKinds = [], joined: NamespaceKinds = []) {
    self.made = made
    self.joined = joined
  }

  /// The kinds that it does not share with the runtime.
  package var all: NamespaceKinds { made.union(joined) }
}

extension NamespaceRecord: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    made = NamespaceKinds(rawValue: try node.requiredInteger("made"))
    joined = NamespaceKinds(rawValue: try node.requiredInteger("joined"))
  }

  /// The record as it is kept.
  package var json: JSONValue {
    ["made": JSONValue(made.rawValue), "joined": JSONValue(joined.rawValue)]
  }
}
