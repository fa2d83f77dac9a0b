// SPDX-License-Identifier: Apache-2.0

/// A value together with its place in the document, for decoding.
///
/// The accessors take the key of a member. One that returns an optional gives
/// nil when the member is absent or `null`; its `required…` twin throws then.
/// All throw when the member is of another type, with the member's path.
package struct JSONNode: Sendable {
  /// The value.
  package let value: JSONValue
  /// Where it stands.
  package let path: DocumentPath

  /// Makes a node from its parts.
  package init(_ value: JSONValue, at path: DocumentPath = .root) {
    self.value = value
    self.path = path
  }

  /// An error about this value.
  package func error(_ reason: String) -> SpecError { path.error(reason) }

  /// The value of a member, nil when it is absent, `null` or unread.
  package func member(_ key: String) throws(SpecError) -> JSONValue? {
    guard case .object(let members) = value else { throw notAnObject() }
    switch members[key] {
    case nil, .null, .unread: return nil
    case let member?: return member
    }
  }

  /// The node of a member.
  package func child(_ key: String) throws(SpecError) -> JSONNode? {
    guard let member = try member(key) else { return nil }
    return JSONNode(member, at: path[key])
  }

  /// The members of this object as nodes, in document order.
  package func members() throws(SpecError) -> [(key: String, node: JSONNode)] {
    guard case .object(let members) = value else { throw notAnObject() }
    return members.members.map { ($0.key, JSONNode($0.value, at: path[$0.key])) }
  }

  /// The elements of this array as nodes.
  package func elements() throws(SpecError) -> [JSONNode] {
    guard case .array(let elements) = value else { throw error("\(value.shown) is not an array") }
    return elements.enumerated().map { JSONNode($1, at: path[$0]) }
  }

  /// The error for a value that is no object.
  package func notAnObject() -> SpecError { error("\(value.shown) is not an object") }

  /// The error for a member that must be there.
  package func missing(_ key: String) -> SpecError {
    path[key].error("required, but missing")
  }
}

/// A type that is decoded from an object of the document.
package protocol JSONDecodable {
  /// Decodes the value at a node.
  init(json: JSONNode) throws(SpecError)
}
