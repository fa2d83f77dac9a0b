// SPDX-License-Identifier: Apache-2.0

extension JSONNode {
  /// The elements of the array of a key.
  package func array(_ key: String) throws(SpecError) -> [JSONValue]? {
    guard let value = try member(key) else { return nil }
    guard case .array(let elements) = value else {
      throw path[key].error("\(value.shown) is not an array")
    }
    return elements
  }

  /// The texts in the array of a key.
  package func strings(_ key: String) throws(SpecError) -> [String]? {
    guard let elements = try array(key) else { return nil }
    var texts: [String] = []
    texts.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard case .string(let text) = element else { throw path[key][index].notAString(element) }
      if text.containsNUL { throw path[key][index].containsNUL }
      texts.append(text)
    }
    return texts
  }

  /// The whole numbers in the array of a key.
  package func integers<T: FixedWidthInteger>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> [T]? {
    guard let elements = try array(key) else { return nil }
    var numbers: [T] = []
    numbers.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard let number: T = element.whole() else {
        throw path[key][index].notAnInteger(element, from: "\(T.min)", to: "\(T.max)")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The words in the array of a key, each one of an enumeration's.
  package func words<T: RawRepresentable & CaseIterable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> [T]? where T.RawValue == String {
    guard let texts = try strings(key) else { return nil }
    var words: [T] = []
    words.reserveCapacity(texts.count)
    for (index, text) in texts.enumerated() {
      guard let word = T(rawValue: text) else {
        throw path[key][index].notAWord(text, of: T.allCases.map { $0.rawValue })
      }
      words.append(word)
    }
    return words
  }

  /// The objects in the array of a key, decoded; none when it is absent.
  package func objects<T: JSONDecodable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> [T] {
    guard let elements = try array(key) else { return [] }
    let path = path[key]
    var objects: [T] = []
    objects.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      objects.append(try T(json: JSONNode(element, at: path[index])))
    }
    return objects
  }

  /// The map of a key from names to texts; empty when it is absent.
  package func stringMap(_ key: String) throws(SpecError) -> OrderedMap<String> {
    guard let child = try child(key) else { return OrderedMap() }
    guard case .object(let members) = child.value else { throw child.notAnObject() }
    var entries: [OrderedMap<String>.Member] = []
    entries.reserveCapacity(members.count)
    for member in members {
      let path = child.path
      if member.key.containsNUL { throw path.containsNUL }
      guard case .string(let text) = member.value else {
        throw path[member.key].notAString(member.value)
      }
      if text.containsNUL { throw path[member.key].containsNUL }
      entries.append(.init(key: member.key, value: text))
    }
    return OrderedMap(distinct: entries)
  }

  /// The map of a key from names to objects; empty when it is absent.
  package func objectMap<T: JSONDecodable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> OrderedMap<T> {
    guard let child = try child(key) else { return OrderedMap() }
    guard case .object(let members) = child.value else { throw child.notAnObject() }
    var entries: [OrderedMap<T>.Member] = []
    for member in members {
      if member.key.containsNUL { throw child.path.containsNUL }
      let node = JSONNode(member.value, at: child.path[member.key])
      entries.append(.init(key: member.key, value: try T(json: node)))
    }
    return OrderedMap(distinct: entries)
  }
}
