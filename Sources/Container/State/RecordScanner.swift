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
    guard let place = text() else { return nil }
    return String(decoding: bytes[place], as: UTF8.self)
  }

  /// Goes past a truth value, after a text.
  mutating func skipBool(_ text: StaticString) -> Bool {
    take(text) && (take("true") || take("false"))
  }

  /// Goes past a string of plain ASCII.
  mutating func skipString() -> Bool { text() != nil }

  /// Goes past an array if the text before one comes next; `element` goes past one
  /// of its elements.
  ///
  /// - Returns: whether all was as it should be, also when the text does not come.
  mutating func skipArray(
    ifAt text: StaticString, of element: (inout RecordScanner) -> Bool
  ) -> Bool {
    guard take(text) else { return true }
    guard take("[") else { return false }
    if take("]") { return true }
    repeat {
      if !element(&self) { return false }
    } while take(",")
    return take("]")
  }

  /// Reads an object of strings, none of whose keys comes twice; it is empty
  /// unless it is wanted.
  mutating func strings(wanted: Bool) -> OrderedMap<String>? {
    guard take("{") else { return nil }
    var map = OrderedMap<String>()
    var keys: [Range<Int>] = []
    repeat {
      guard let key = text(), take(":"), let value = text() else { return nil }
      for other in keys where bytes[other] == bytes[key] { return nil }
      keys.append(key)
      if wanted {
        map[String(decoding: bytes[key], as: UTF8.self)] =
          String(decoding: bytes[value], as: UTF8.self)
      }
    } while take(",")
    return take("}") ? map : nil
  }

  /// Goes past a string of plain ASCII; the result is where its text is.
  private mutating func text() -> Range<Int>? {
    guard next == UInt8(ascii: "\"") else { return nil }
    let start = index + 1
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") {
      guard 0x20..<0x7F ~= bytes[end], bytes[end] != UInt8(ascii: "\\") else { return nil }
      end += 1
    }
    if end == bytes.count { return nil }
    index = end + 1
    return start..<end
  }
}
