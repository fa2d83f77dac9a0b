// SPDX-License-Identifier: Apache-2.0

/// Turns a `JSONValue` into the bytes of a document.
package struct JSONWriter {
  /// How a document is laid out.
  package enum Layout: Equatable, Sendable {
    /// Everything on one line, without spaces.
    case compact
    /// A member or element a line, each level indented by this text.
    case indented(by: String)
  }

  private let indent: [UInt8]?
  private var bytes: [UInt8] = []
  private var depth = 0

  private init(_ layout: Layout) {
    switch layout {
    case .compact: indent = nil
    case .indented(let text): indent = Array(text.utf8)
    }
  }

  /// The document as bytes, without a newline at its end.
  package static func bytes(_ value: JSONValue, _ layout: Layout = .compact) -> [UInt8] {
    var writer = JSONWriter(layout)
    // A record of a container's: growing copies.
    writer.bytes.reserveCapacity(2048)
    writer.write(value)
    return writer.bytes
  }

  private mutating func write(_ value: JSONValue) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .integer(let number): bytes += String(number).utf8
    case .unsigned(let number): bytes += String(number).utf8
    case .double(let number): bytes += (number.isFinite ? "\(number)" : "null").utf8
    case .string(let text): write(text)
    case .array(let elements):
      open("[")
      for (index, element) in elements.enumerated() {
        separate(isFirst: index == 0)
        write(element)
      }
      close("]", isEmpty: elements.isEmpty)
    case .object(let members):
      open("{")
      for (index, member) in members.enumerated() {
        separate(isFirst: index == 0)
        write(member.key)
        bytes.append(UInt8(ascii: ":"))
        if indent != nil { bytes.append(UInt8(ascii: " ")) }
        write(member.value)
      }
      close("}", isEmpty: members.isEmpty)
    case .unread(let text): bytes += text
    }
  }

  private mutating func open(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(ascii: bracket))
    depth += 1
  }

  private mutating func separate(isFirst: Bool) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    breakLine()
  }

  private mutating func close(_ bracket: Unicode.Scalar, isEmpty: Bool) {
    depth -= 1
    if !isEmpty { breakLine() }
    bytes.append(UInt8(ascii: bracket))
  }

  private mutating func breakLine() {
    guard let indent else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { bytes += indent }
  }

  private mutating func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    let isPlain = unsafe text.utf8.withContiguousStorageIfAvailable { characters in
      for index in 0..<characters.count {
        if Self.mustEscape(unsafe characters[index]) { return false }
      }
      unsafe bytes += characters
      return true
    }
    if isPlain == true { return }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += "\\\"".utf8
      case UInt8(ascii: "\\"): bytes += "\\\\".utf8
      case UInt8(ascii: "\n"): bytes += "\\n".utf8
      case UInt8(ascii: "\r"): bytes += "\\r".utf8
      case UInt8(ascii: "\t"): bytes += "\\t".utf8
      case 0..<0x20:
        bytes += "\\u00".utf8
        bytes.append(Self.hexDigit(byte >> 4))
        bytes.append(Self.hexDigit(byte & 0xF))
      default: bytes.append(byte)
      }
    }
  }

  private static func mustEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}

extension JSONValue {
  /// The document as bytes, without a newline at its end.
  package func bytes(_ layout: JSONWriter.Layout = .compact) -> [UInt8] {
    JSONWriter.bytes(self, layout)
  }

  /// The document as text, without a newline at its end.
  package func text(_ layout: JSONWriter.Layout = .compact) -> String {
    String(decoding: bytes(layout), as: UTF8.self)
  }

  /// Reads a whole document.
  ///
  /// - Throws: `SpecError` for a syntax error or a duplicate key.
  package init(parsing bytes: [UInt8]) throws(SpecError) {
    self = try JSONReader().read(bytes)
  }

  /// Reads a whole document.
  ///
  /// - Throws: `SpecError` for a syntax error or a duplicate key.
  package init(parsing text: String) throws(SpecError) {
    self = try JSONReader().read(text)
  }
}
