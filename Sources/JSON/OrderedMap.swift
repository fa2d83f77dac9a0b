// SPDX-License-Identifier: Apache-2.0

/// A map from strings that keeps the order of the document it came from.
///
/// Lookup is a scan: the maps of a container's configuration are short.
///
/// All of it may be inlined, for which the type itself has to be usable from
/// inline: what other modules keep in it would else be handled by its metadata.
package struct OrderedMap<Value> {
  /// One key with its value.
  package struct Member {
    /// The key.
    package var key: String
    /// The value.
    package var value: Value

    /// Makes a member from its parts.
    package init(key: String, value: Value) {
      self.key = key
      self.value = value
    }
  }

  var storage: [Member]

  /// The members in document order; no key appears twice.
  package var members: [Member] { storage }

  /// Makes an empty map.
  package init() { storage = [] }

  /// Takes over members whose keys are already known to differ.
  package init(distinct members: [Member]) { storage = members }

  /// How many members there are.
  package var count: Int { storage.count }

  /// Tells whether there is no member.
  package var isEmpty: Bool { storage.isEmpty }

  /// The keys in document order.
  package var keys: [String] { storage.map { $0.key } }

  /// The value of a key; setting keeps the key's place, nil removes it.
  package subscript(key: String) -> Value? {
    get {
      for member in storage where member.key.isExactly(key) { return member.value }
      return nil
    }
    set {
      let place = storage.firstIndex { $0.key.isExactly(key) }
      switch (place, newValue) {
      case (let place?, let value?): storage[place].value = value
      case (let place?, nil): storage.remove(at: place)
      case (nil, let value?): storage.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension OrderedMap: Sequence {
  package func makeIterator() -> IndexingIterator<[Member]> { storage.makeIterator() }
}

extension OrderedMap: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Value)...) {
    self.init(distinct: elements.map { Member(key: $0, value: $1) })
    assert(Set(keys).count == count, "a key twice in a literal")
  }
}

extension OrderedMap.Member: Equatable where Value: Equatable {}
extension OrderedMap: Equatable where Value: Equatable {}
extension OrderedMap.Member: Sendable where Value: Sendable {}
extension OrderedMap: Sendable where Value: Sendable {}
