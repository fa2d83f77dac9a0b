// SPDX-License-Identifier: Apache-2.0

internal import CYajl
internal import Glibc

/// Turns the bytes of a document into a `JSONValue`.
///
/// Strict: one value, UTF-8 throughout unless asked otherwise, no duplicate
/// keys, no comments.
package struct JSONReader {
  /// How deep arrays and objects may nest.
  package var maximumDepth = 128
  /// How many bytes a document may have.
  package var maximumSize = 16 << 20

  /// Makes a reader with the usual limits.
  package init() {}

  /// Reads a whole document.
  ///
  /// - Throws: `SpecError` with line and column for a syntax error, with the
  ///   document path for a duplicate key.
  package func read(_ bytes: [UInt8]) throws(SpecError) -> JSONValue {
    try read(bytes, repairing: nil).value
  }

  /// Reads a whole document in which the object of one key holds text for
  /// people: there, what is not UTF-8 is replaced by U+FFFD.
  ///
  /// - Parameters:
  ///   - bytes: the document.
  ///   - key: the key of the document in whose object strings are repaired.
  ///   - path: the keys that lead to an object that need not be read.
  ///   - isKnown: told the bytes of that object; with `true` they are left
  ///     unread. They must be bytes that were the `part` of a document before.
  /// - Returns: the document.
  /// - Throws: as `read(_:)`, with the document path for text that is not UTF-8
  ///   anywhere else, since repaired it would name another thing.
  package func read(
    _ bytes: [UInt8], repairing key: String?, part path: [String] = [],
    isKnown: (ArraySlice<UInt8>) -> Bool = { _ in false }
  ) throws(SpecError) -> JSONDocument {
    guard bytes.count <= maximumSize else {
      throw SpecError(path: "", reason: "\(bytes.count) bytes are more than \(maximumSize)")
    }
    let isUTF8 = Self.isUTF8(bytes)
    let place =
      unsafe path.isEmpty || !isUTF8
      ? nil : bytes.withUnsafeBufferPointer { unsafe JSONPart.place(of: path, in: $0) }
    if let place {
      let part = JSONPart(path: path, place: place, isKnown: isKnown(bytes[place]))
      // What is wrong with the document is found, and named, below.
      if let document = try? parse(bytes, isUTF8: true, repairing: key, part).get() {
        return document
      }
    }
    return try parse(bytes, isUTF8: isUTF8, repairing: key, nil).get()
  }

  /// Reads a whole document.
  ///
  /// - Throws: as `read(_:)` of bytes.
  package func read(_ text: String) throws(SpecError) -> JSONValue {
    try read(Array(text.utf8))
  }

  private static func isUTF8(_ bytes: [UInt8]) -> Bool {
    (try? UTF8Span(validating: bytes.span)) != nil
  }

  private func parse(
    _ bytes: [UInt8], isUTF8: Bool, repairing key: String?, _ part: JSONPart?
  ) -> Result<JSONDocument, SpecError> {
    unsafe bytes.withUnsafeBufferPointer { input in
      var builder = unsafe JSONBuilder(input: input, maximumDepth: maximumDepth)
      unsafe builder.isUTF8 = isUTF8
      unsafe builder.repairedKey = key
      var callbacks = unsafe JSONBuilder.callbacks
      let failure = unsafe withUnsafeMutablePointer(to: &builder) { builder -> String? in
        unsafe withUnsafePointer(to: &callbacks) { callbacks -> String? in
          unsafe run(callbacks, builder, part, bytes)
        }
      }
      if let error = unsafe builder.failure { return .failure(error) }
      if let failure = unsafe failure ?? Self.falseSpace(in: input) {
        return .failure(SpecError(path: "", reason: failure))
      }
      return unsafe .success(
        JSONDocument(
          value: builder.items.last ?? .null, repaired: builder.repaired,
          part: part.map { bytes[$0.place] }))
    }
  }

  /// What is wrong with a document for having what yajl takes for space between
  /// tokens, and JSON does not (RFC 8259, 2); in a string yajl takes neither.
  private static func falseSpace(in input: UnsafeBufferPointer<UInt8>) -> String? {
    unsafe falseSpace(0x0B, "vertical tab", in: input) ?? falseSpace(0x0C, "form feed", in: input)
  }

  private static func falseSpace(
    _ byte: Int32, _ name: StaticString, in input: UnsafeBufferPointer<UInt8>
  ) -> String? {
    guard let base = input.baseAddress,
      let found = unsafe memchr(base, byte, input.count)
    else { return nil }
    let offset = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    return unsafe "\(place(of: offset, in: input)): a \(name) is no space in JSON"
  }

  /// Runs yajl over the input; the result is its complaint, if any.
  private func run(
    _ callbacks: UnsafePointer<yajl_callbacks>, _ builder: UnsafeMutablePointer<JSONBuilder>,
    _ part: JSONPart?, _ bytes: [UInt8]
  ) -> String? {
    guard let handle = unsafe yajl_alloc(callbacks, nil, builder) else { return "out of memory" }
    defer { unsafe yajl_free(handle) }
    unsafe builder.pointee.handle = handle
    // The whole input has been looked at, and more strictly.
    _ = unsafe cyajl_enable(handle, yajl_dont_validate_strings)
    var status = yajl_status_ok
    if let part {
      status = unsafe feed(0..<part.place.lowerBound, handle, builder)
      guard status == yajl_status_ok, unsafe builder.pointee.expectsValue(of: part.path) else {
        return "not there"
      }
      if part.isKnown {
        unsafe builder.pointee.unread = bytes[part.place]
        let null: StaticString = "null"
        status = unsafe yajl_parse(handle, null.utf8Start, null.utf8CodeUnitCount)
      } else {
        status = unsafe feed(part.place, handle, builder)
        guard unsafe builder.pointee.hasValue(of: part.path) else { return "not whole" }
      }
    }
    if status == yajl_status_ok {
      status = unsafe feed((part?.place.upperBound ?? 0)..<bytes.count, handle, builder)
    }
    // Asked before the end of input, which starts a new count.
    let consumed = unsafe builder.pointee.consumed
    if status == yajl_status_ok { status = unsafe yajl_complete_parse(handle) }
    guard status == yajl_status_error else { return nil }
    let place = unsafe Self.place(of: max(consumed, 1) - 1, in: builder.pointee.input)
    return unsafe "\(place): \(Self.complaint(of: handle))"
  }

  /// Gives the parser a piece of the input.
  private func feed(
    _ piece: Range<Int>, _ handle: yajl_handle, _ builder: UnsafeMutablePointer<JSONBuilder>
  ) -> yajl_status {
    unsafe builder.pointee.pieceStart = piece.lowerBound
    let base = unsafe builder.pointee.input.baseAddress
    return unsafe yajl_parse(handle, base.map { unsafe $0 + piece.lowerBound }, piece.count)
  }

  /// What yajl says is wrong, without its prefix and final period.
  private static func complaint(of handle: yajl_handle) -> String {
    guard let text = unsafe yajl_get_error(handle, 0, nil, 0) else { return "syntax error" }
    defer { unsafe yajl_free_error(handle, text) }
    var words = unsafe String(cString: text)
    while let last = words.last, last.isNewline || last == "." { words.removeLast() }
    return words
  }

  /// The line and column of an offset, both counted from 1, columns in bytes.
  static func place(of offset: Int, in input: UnsafeBufferPointer<UInt8>) -> String {
    var line = 1
    var column = 1
    for index in 0..<min(offset, input.count) {
      if unsafe input[index] == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else {
        column += 1
      }
    }
    return "line \(line), column \(column)"
  }
}
