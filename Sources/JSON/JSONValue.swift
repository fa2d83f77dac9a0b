// SPDX-License-Identifier: Apache-2.0

/// A JSON document or a part of one.
package enum JSONValue: Equatable, Sendable {
  /// The literal `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number that an `Int64` holds.
  case integer(Int64)
  /// A whole number above `Int64.max`.
  case unsigned(UInt64)
  /// A number with a fraction or an exponent.
  case double(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members in document order, without duplicate keys.
  case object(OrderedMap<JSONValue>)
  /// An object that was left unread: its bytes, as they stood in the document.
  case unread(ArraySlice<UInt8>)

  /// The value in the words of error messages: itself, or what it is.
  package var shown: String {
    switch self {
    case .array: return "an array"
    case .object, .unread: return "an object"
    case .string(let text): return text.quoted
    default: return text()
    }
  }

  /// The whole number `number`, in the case that its size asks for.
  package init(_ number: some BinaryInteger) {
    if let small = Int64(exactly: number) {
      self = .integer(small)
    } else {
      self = .unsigned(UInt64(clamping: number))
    }
  }

  /// The list of `strings`.
  package init(_ strings: [String]) {
    self = .array(strings.map { .string($0) })
  }

  /// The object that maps the same keys to the same strings.
  package init(_ map: OrderedMap<String>) {
    self = .object(
      OrderedMap(distinct: map.members.map { .init(key: $0.key, value: .string($0.value)) }))
  }

  /// The value of a key, nil when this is no object or has no such key.
  ///
  /// Setting keeps the key's place, nil removes it. A `null` becomes an object
  /// for it; anything else stays as it is.
  package subscript(key: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[key]
    }
    set {
      var members: OrderedMap<JSONValue>
      switch self {
      case .object(let present): members = present
      case .null where newValue != nil: members = OrderedMap()
      default: return
      }
      members[key] = newValue
      self = .object(members)
    }
  }

  /// The value of a key, `null` when there is none, for changes below it.
  package subscript(object key: String) -> JSONValue {
    get { self[key] ?? .null }
    set { self[key] = newValue }
  }

  /// The elements of the list of a key, none when there is no list, for changes
  /// of them.
  package subscript(list key: String) -> [JSONValue] {
    get {
      guard case .array(let elements)? = self[key] else { return [] }
      return elements
    }
    set { self[key] = .array(newValue) }
  }
}

extension JSONValue: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByIntegerLiteral {
  package init(integerLiteral value: Int64) { self = .integer(value) }
}

extension JSONValue: ExpressibleByBooleanLiteral {
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(OrderedMap(distinct: elements.map { .init(key: $0, value: $1) }))
  }
}
