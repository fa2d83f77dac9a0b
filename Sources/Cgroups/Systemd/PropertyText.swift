// SPDX-License-Identifier: Apache-2.0

/// Reads a value in GVariant's text format, as far as properties of units need
/// it: `'text'`, `true`, numbers, `[…]`, `(…)`, with a type in front such as
/// `uint64 5` or `@as []` where the value does not tell it.
struct PropertyText {
  private var rest: Substring.UnicodeScalarView

  /// Why a text could not be read.
  struct Failure: Error {
    let reason: String
  }

  /// The value of a text; nil when it is none.
  static func value(_ text: String) throws(Failure) -> BusValue {
    var reader = PropertyText(rest: text[...].unicodeScalars)
    let value = try reader.value(as: nil, depth: 0)
    reader.skipSpace()
    guard reader.rest.isEmpty else { throw Failure(reason: "something follows the value") }
    guard value.isSound else {
      throw Failure(reason: "it has a type or an object path that is none")
    }
    return value
  }

  private static let words: [String: String] = [
    "boolean": "b", "byte": "y", "int16": "n", "uint16": "q", "int32": "i", "uint32": "u",
    "int64": "x", "uint64": "t", "double": "d", "string": "s", "objectpath": "o",
  ]

  private mutating func skipSpace() {
    while let scalar = rest.first, scalar == " " || scalar == "\t" || scalar == "\n" {
      rest.removeFirst()
    }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func word() -> String {
    skipSpace()
    let word = rest.prefix {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "+-._".unicodeScalars.contains($0)
    }
    rest.removeFirst(word.count)
    return String(word)
  }

  private mutating func value(as type: String?, depth: Int) throws(Failure) -> BusValue {
    guard depth < 8 else { throw Failure(reason: "it is nested too deep") }
    skipSpace()
    switch rest.first {
    case "'"?, "\""?:
      let text = try quoted()
      return type == "o" ? .objectPath(text) : .string(text)
    case "["?: return try array(as: type, depth: depth)
    case "("?: return try structure(depth: depth)
    case "<"?:
      rest.removeFirst()
      let inner = try value(as: nil, depth: depth + 1)
      guard take(">") else { throw Failure(reason: "a > is missing") }
      return .variant(inner)
    case "@"?:
      rest.removeFirst()
      let signature = String(rest.prefix { $0 != " " })
      rest.removeFirst(signature.unicodeScalars.count)
      return try value(of: signature, depth: depth)
    case nil: throw Failure(reason: "it is empty")
    default: return try plain(word(), as: type, depth: depth)
    }
  }

  /// A value behind its type.
  private mutating func value(of type: String, depth: Int) throws(Failure) -> BusValue {
    let value = try value(as: type, depth: depth + 1)
    guard value.signature == type else { throw Failure(reason: "its type is not \(type)") }
    return value
  }

  private mutating func plain(
    _ word: String, as type: String?, depth: Int
  ) throws(Failure) -> BusValue {
    if let named = Self.words[word] { return try value(of: named, depth: depth) }
    if word == "true" || word == "false" { return .bool(word == "true") }
    guard let value = Self.number(word, type ?? (word.contains(".") ? "d" : "i")) else {
      throw Failure(reason: "\(word) is no value of the type")
    }
    return value
  }

  private static func number(_ word: String, _ type: String) -> BusValue? {
    let isHex = word.hasPrefix("0x")
    let digits = isHex ? String(word.dropFirst(2)) : word
    let radix = isHex ? 16 : 10
    switch type {
    case "y": return UInt8(digits, radix: radix).map { .byte($0) }
    case "n": return Int16(digits, radix: radix).map { .int16($0) }
    case "q": return UInt16(digits, radix: radix).map { .uint16($0) }
    case "i": return Int32(digits, radix: radix).map { .int32($0) }
    case "u": return UInt32(digits, radix: radix).map { .uint32($0) }
    case "x": return Int64(digits, radix: radix).map { .int64($0) }
    case "t": return UInt64(digits, radix: radix).map { .uint64($0) }
    case "d": return Double(word).map { .double($0) }
    default: return nil
    }
  }

  private mutating func quoted() throws(Failure) -> String {
    let quote = rest.removeFirst()
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == quote { return String(text) }
      guard scalar == "\\" else {
        text.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "n"?: text.append("\n")
      case "t"?: text.append("\t")
      case let other?: text.append(other)
      case nil: break
      }
    }
    throw Failure(reason: "a quote is missing")
  }

  private mutating func array(as type: String?, depth: Int) throws(Failure) -> BusValue {
    rest.removeFirst()
    let element = type.flatMap { $0.hasPrefix("a") ? String($0.dropFirst()) : nil }
    var values: [BusValue] = []
    while !take("]") {
      if !values.isEmpty, !take(",") { throw Failure(reason: "a comma or ] is missing") }
      values.append(try value(as: element ?? values.first?.signature, depth: depth + 1))
    }
    guard let signature = element ?? values.first?.signature else {
      throw Failure(reason: "the type of an empty list is not told")
    }
    if values.contains(where: { $0.signature != signature }) {
      throw Failure(reason: "a list has values of several types")
    }
    return .array(of: signature, values)
  }

  private mutating func structure(depth: Int) throws(Failure) -> BusValue {
    rest.removeFirst()
    var values: [BusValue] = []
    while !take(")") {
      if !values.isEmpty, !take(",") { throw Failure(reason: "a comma or ) is missing") }
      values.append(try value(as: nil, depth: depth + 1))
    }
    return .structure(values)
  }
}
