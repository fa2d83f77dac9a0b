// SPDX-License-Identifier: Apache-2.0

internal import CYajl

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
  /// - Returns: the document, and where text was repaired.
  /// - Throws: as `read(_:)`, with the document path for text that is not UTF-8
  ///   anywhere else, since repaired it would name another thing.
  package func read(
    _ bytes: [UInt8], repairing key: String?
  ) throws(SpecError) -> (value: JSONValue, repaired: [DocumentPath]) {
    guard bytes.count <= maximumSize else {
      throw SpecError(path: "", reason: "\(bytes.count) bytes are more than \(maximumSize)")
    }
    let result = unsafe bytes.withUnsafeBufferPointer {
      unsafe parse($0, isUTF8: Self.isUTF8(bytes), repairing: key)
    }
    return try result.get()
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
    _ input: UnsafeBufferPointer<UInt8>, isUTF8: Bool, repairing key: String?
  ) -> Result<(value: JSONValue, repaired: [DocumentPath]), SpecError> {
    var builder = unsafe JSONBuilder(input: input, maximumDepth: maximumDepth)
    unsafe builder.isUTF8 = isUTF8
    unsafe builder.repairedKey = key
    var callbacks = unsafe JSONBuilder.callbacks
    let failure = unsafe withUnsafeMutablePointer(to: &builder) { builder -> String? in
      unsafe withUnsafePointer(to: &callbacks) { callbacks -> String? in
        unsafe run(callbacks, builder, input)
      }
    }
    if let error = unsafe builder.failure { return .failure(error) }
    if let failure { return .failure(SpecError(path: "", reason: failure)) }
    return unsafe .success((builder.items.last ?? .null, builder.repaired))
  }

  /// Runs yajl over the input; the result is its complaint, if any.
  private func run(
    _ callbacks: UnsafePointer<yajl_callbacks>, _ builder: UnsafeMutablePointer<JSONBuilder>,
    _ input: UnsafeBufferPointer<UInt8>
  ) -> String? {
    guard let handle = unsafe yajl_alloc(callbacks, nil, builder) else { return "out of memory" }
    defer { unsafe yajl_free(handle) }
    unsafe builder.pointee.handle = handle
    // The whole input has been looked at, and more strictly.
    _ = unsafe cyajl_enable(handle, yajl_dont_validate_strings)
    var status = unsafe yajl_parse(handle, input.baseAddress, input.count)
    // Asked before the end of input, which starts a new count.
    let consumed = unsafe yajl_get_bytes_consumed(handle)
    if status == yajl_status_ok { status = unsafe yajl_complete_parse(handle) }
    guard status == yajl_status_error else { return nil }
    let place = unsafe Self.place(of: max(consumed, 1) - 1, in: input)
    return unsafe "\(place): \(Self.complaint(of: handle))"
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
