// SPDX-License-Identifier: Apache-2.0

/// A map from strings that keeps the order of the document it came from.
///
/// Lookup is a scan: the maps of a container's configuration are short.
package struct OrderedMap<Value> {
  /// One key with its value.
  package struct Member {
    /// The key.
    package var key: String
    /// The value.
    package var value: Value

    /// Makes a member from its parts.
    @inlinable
    package init(key: String, value: Value) {
      self.key = key
      self.value = value
    }
  }

  /// The members in document order; no key appears twice.
  package private(set) var members: [Member]

  /// Makes an empty map.
  package init() { members = [] }

  /// Takes over members whose keys are already known to differ.
  init(distinct members: [Member]) { self.members = members }

  /// How many members there are.
  package var count: Int { members.count }

  /// Tells whether there is no member.
  package var isEmpty: Bool { members.isEmpty }

  /// The keys in document order.
  package var keys: [String] { members.map { $0.key } }

  /// The value of a key; setting keeps the key's place, nil removes it.
  package subscript(key: String) -> Value? {
    get {
      for member in members where member.key.isExactly(key) { return member.value }
      return nil
    }
    set {
      let place = members.firstIndex { $0.key.isExactly(key) }
      switch (place, newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension OrderedMap: Sequence {
  package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension OrderedMap: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Value)...) {
    self.init()
    for (key, value) in elements { self[key] = value }
  }
}

extension OrderedMap.Member: Equatable where Value: Equatable {}
extension OrderedMap: Equatable where Value: Equatable {}
extension OrderedMap.Member: Sendable where Value: Sendable {}
extension OrderedMap: Sendable where Value: Sendable {}
