// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A document as it was read.
package struct JSONDocument {
  /// The document; where a part was left unread, `unread`.
  package let value: JSONValue
  /// Where text was repaired.
  package let repaired: [DocumentPath]
  /// The bytes of the part that was asked for, as they stand in the document;
  /// nil when it has none, or is written in a way that takes the whole reader
  /// to see.
  package let part: ArraySlice<UInt8>?
}

/// An object inside a document that need not be read.
struct JSONPart {
  /// The keys that lead to it.
  let path: [String]
  /// Its bytes in the document.
  let place: Range<Int>
  /// Whether it is left unread, since the same bytes have been read before.
  let isKnown: Bool
}

extension JSONPart {
  /// Where the object below some keys seems to stand.
  ///
  /// This is a guess of one who looks at brackets and quotes alone. Whether it
  /// is right the parser decides: that the value of the last key begins here,
  /// and, by reading the bytes now or then, that it ends there.
  static func place(of path: [String], in input: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var index = 0
    var depth = 0
    var found = 0
    while index < input.count {
      switch unsafe input[index] {
      case UInt8(ascii: "\""):
        let start = index + 1
        index = unsafe endOfString(from: start, in: input)
        guard depth == found + 1, let value = unsafe objectOfKey(before: index + 1, in: input),
          unsafe isKey(path[found], UnsafeBufferPointer(rebasing: input[start..<index]))
        else { break }
        found += 1
        if found == path.count { return unsafe extent(from: value, in: input) }
        index = value
        depth += 1
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth <= found { return nil }
      default: break
      }
      index += 1
    }
    return nil
  }

  /// The index of the quote that ends a string, or the end of the input.
  private static func endOfString(
    from start: Int, in input: UnsafeBufferPointer<UInt8>
  ) -> Int {
    guard let base = input.baseAddress else { return input.count }
    var index = start
    while index < input.count,
      let quote = unsafe memchr(base + index, Int32(UInt8(ascii: "\"")), input.count - index)
    {
      let end = unsafe UnsafeRawPointer(quote) - UnsafeRawPointer(base)
      var first = end
      while first > start, unsafe input[first - 1] == UInt8(ascii: "\\") { first -= 1 }
      if (end - first) % 2 == 0 { return end }
      index = end + 1
    }
    return input.count
  }

  /// The index of the bracket that opens the object of a key that ends before
  /// an index; nil when that was no key, or its value is no object.
  private static func objectOfKey(
    before end: Int, in input: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    var index = unsafe afterSpace(end, in: input)
    guard index < input.count, unsafe input[index] == UInt8(ascii: ":") else { return nil }
    index = unsafe afterSpace(index + 1, in: input)
    guard index < input.count, unsafe input[index] == UInt8(ascii: "{") else { return nil }
    return index
  }

  private static func afterSpace(_ start: Int, in input: UnsafeBufferPointer<UInt8>) -> Int {
    var index = start
    while index < input.count, unsafe isSpace(input[index]) { index += 1 }
    return index
  }

  /// Whether a byte is one of those that stand between tokens (RFC 8259, 2).
  private static func isSpace(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
    default: false
    }
  }

  private static func isKey(_ key: String, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    unsafe key.utf8.count == bytes.count && bytes.elementsEqual(key.utf8)
  }

  /// The bytes of an object that begins at an index.
  private static func extent(
    from start: Int, in input: UnsafeBufferPointer<UInt8>
  ) -> Range<Int>? {
    var depth = 0
    var index = start
    while index < input.count {
      switch unsafe input[index] {
      case UInt8(ascii: "\""): index = unsafe endOfString(from: index + 1, in: input)
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"):
        depth -= 1
        if depth == 0 { return start..<(index + 1) }
      default: break
      }
      index += 1
    }
    return nil
  }
}
