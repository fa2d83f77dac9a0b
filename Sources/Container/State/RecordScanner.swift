// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Goes through the bytes of a document whose text is known but for its values.
struct RecordScanner {
  private let bytes: [UInt8]
  private var index = 0

  /// Starts at the beginning.
  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether nothing is left.
  var isAtEnd: Bool { index == bytes.count }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Goes past a text if that comes next.
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard count <= bytes.count - index else { return false }
    for offset in 0..<count {
      if unsafe text.utf8Start[offset] != bytes[index + offset] { return false }
    }
    index += count
    return true
  }

  /// Reads a whole number that is not negative, after a text.
  mutating func number(_ text: StaticString) -> UInt64? { take(text) ? number() : nil }

  /// Reads a string, after a text.
  mutating func string(_ text: StaticString) -> String? { take(text) ? string() : nil }

  /// Reads a whole number that is not negative.
  mutating func number() -> UInt64? {
    let start = index
    var value: UInt64 = 0
    while let byte = next, case let digit = byte &- UInt8(ascii: "0"), digit < 10 {
      let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOver) = tens.addingReportingOverflow(UInt64(digit))
      if isTooLarge || isOver { return nil }
      value = sum
      index += 1
    }
    let count = index - start
    return count == 0 || count > 1 && bytes[start] == UInt8(ascii: "0") ? nil : value
  }

  /// Reads a string of plain ASCII.
  mutating func string() -> String? {
    guard next == UInt8(ascii: "\"") else { return nil }
    let start = index + 1
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      guard 0x20..<0x7F ~= bytes[end], bytes[end] != UInt8(ascii: "\\") else { return nil }
      end += 1
    }
    if end == bytes.count { return nil }
    index = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// Reads an object of strings, none of whose keys comes twice.
  mutating func read(_ map: inout OrderedMap<String>) -> Bool {
    guard take("{") else { return false }
    repeat {
      guard let key = string(), let value = string(":"), map[key] == nil else { return false }
      map[key] = value
    } while take(",")
    return take("}")
  }

  /// Goes past an object, whatever is in it.
  mutating func skipObject() -> Bool {
    guard next == UInt8(ascii: "{") else { return false }
    var depth = 0
    while let byte = next {
      index += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return true }
      case UInt8(ascii: "\""):
        if !skipString() { return false }
      default: break
      }
    }
    return false
  }

  /// Goes past the rest of a string.
  private mutating func skipString() -> Bool {
    while let byte = next {
      index += byte == UInt8(ascii: "\\") ? 2 : 1
      if byte == UInt8(ascii: "\"") { return true }
    }
    return false
  }
}
