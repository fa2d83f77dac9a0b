// SPDX-License-Identifier: Apache-2.0

internal import CYajl

/// Puts the events of the parser together to a value.
///
/// Items and keys of all open containers share one stack each, so a container
/// is copied into an array of its final size when it ends.
@unsafe struct JSONBuilder {
  /// A container whose end has not been seen.
  private struct Frame {
    let isObject: Bool
    let firstItem: Int
    let firstKey: Int
  }

  /// The bytes under the parser.
  let input: UnsafeBufferPointer<UInt8>
  /// How deep containers may nest.
  let maximumDepth: Int
  /// Whether the input is UTF-8 throughout; where it is not, each string is
  /// looked at by itself.
  var isUTF8 = true
  /// The key of the document in whose object strings are repaired.
  var repairedKey: String?
  /// Where strings were repaired.
  private(set) var repaired: [DocumentPath] = []
  /// The parser, which knows how far it is in its piece of the input.
  var handle: yajl_handle?
  /// Where the piece begins that the parser was given.
  var pieceStart = 0
  /// What the next `null` stands for.
  var unread: ArraySlice<UInt8>?
  /// The values whose container is still open; at the end the document.
  private(set) var items: [JSONValue] = []
  /// Why the builder stopped the parser.
  private(set) var failure: SpecError?

  private var keys: [String] = []
  private var frames: [Frame] = []

  /// Makes a builder for one run of the parser.
  init(input: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
    unsafe self.input = unsafe input
    unsafe self.maximumDepth = maximumDepth
    unsafe items.reserveCapacity(64)
    unsafe keys.reserveCapacity(32)
    unsafe frames.reserveCapacity(16)
  }

  /// The functions that yajl calls, with a pointer to a builder as context.
  static var callbacks: yajl_callbacks {
    unsafe yajl_callbacks(
      yajl_null: { unsafe builder($0).pointee.addNull() },
      yajl_boolean: { unsafe builder($0).pointee.add(.bool($1 != 0)) },
      yajl_integer: nil,
      yajl_double: nil,
      yajl_number: { unsafe builder($0).pointee.addNumber($1, $2) },
      yajl_string: { unsafe builder($0).pointee.addString($1, $2) },
      yajl_start_map: { unsafe builder($0).pointee.begin(isObject: true) },
      yajl_map_key: { unsafe builder($0).pointee.addKey($1, $2) },
      yajl_end_map: { unsafe builder($0).pointee.endObject() },
      yajl_start_array: { unsafe builder($0).pointee.begin(isObject: false) },
      yajl_end_array: { unsafe builder($0).pointee.endArray() })
  }

  @inline(__always)
  fileprivate mutating func add(_ value: JSONValue) -> Int32 {
    unsafe items.append(value)
    return 1
  }

  fileprivate mutating func addNull() -> Int32 {
    guard let bytes = unsafe unread else { return unsafe add(.null) }
    unsafe unread = nil
    return unsafe add(.unread(bytes))
  }

  fileprivate mutating func addNumber(_ text: UnsafePointer<CChar>?, _ count: Int) -> Int32 {
    let digits = unsafe UnsafeBufferPointer(start: text, count: count)
    guard let number = unsafe JSONValue(number: digits) else {
      let word = unsafe digits.map { Character(UnicodeScalar(UInt8(bitPattern: $0))) }
      return unsafe fail("number \(String(word)) does not fit in 64 bits")
    }
    return unsafe add(number)
  }

  fileprivate mutating func addString(_ text: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let string = unsafe string(text, count) else { return unsafe failString() }
    if unsafe !isUTF8, unsafe !accept(text, count, at: path) { return 0 }
    return unsafe add(.string(string))
  }

  fileprivate mutating func addKey(_ text: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let string = unsafe string(text, count) else { return unsafe failString() }
    if unsafe !isUTF8, unsafe !accept(text, count, at: objectPath[string]) { return 0 }
    unsafe keys.append(string)
    return 1
  }

  fileprivate mutating func begin(isObject: Bool) -> Int32 {
    guard unsafe frames.count < maximumDepth else {
      return unsafe fail("nested more than \(maximumDepth) levels deep")
    }
    unsafe frames.append(
      Frame(isObject: isObject, firstItem: items.count, firstKey: keys.count))
    return 1
  }

  fileprivate mutating func endArray() -> Int32 {
    guard let frame = unsafe frames.popLast() else { return 0 }
    let elements = unsafe Array(items[frame.firstItem...])
    unsafe items.removeSubrange(frame.firstItem...)
    return unsafe add(.array(elements))
  }

  fileprivate mutating func endObject() -> Int32 {
    guard let frame = unsafe frames.popLast() else { return 0 }
    let count = unsafe keys.count - frame.firstKey
    if let key = unsafe Self.firstDuplicate(keys[frame.firstKey...]) {
      unsafe keys.removeSubrange(frame.firstKey...)
      unsafe items.removeSubrange(frame.firstItem...)
      unsafe failure = SpecError(path: path[key].description, reason: "duplicate key")
      return 0
    }
    let members = unsafe [OrderedMap<JSONValue>.Member](unsafeUninitializedCapacity: count) {
      buffer, initialized in
      for index in 0..<count {
        unsafe buffer.initializeElement(
          at: index,
          to: .init(key: keys[frame.firstKey + index], value: items[frame.firstItem + index]))
      }
      initialized = count
    }
    unsafe keys.removeSubrange(frame.firstKey...)
    unsafe items.removeSubrange(frame.firstItem...)
    return unsafe add(.object(OrderedMap(distinct: members)))
  }

  /// The first key that has been there before.
  ///
  /// Objects that a person wrote are short, and comparing beats hashing there.
  private static func firstDuplicate(_ keys: ArraySlice<String>) -> String? {
    if keys.count > 24 {
      var seen = Set<ExactText>(minimumCapacity: keys.count)
      return keys.first { !seen.insert(ExactText(text: $0)).inserted }
    }
    for (offset, key) in keys.enumerated()
    where keys.prefix(offset).contains(where: { $0.isExactly(key) }) {
      return key
    }
    return nil
  }

  /// A string from the parser, nil when it escapes half a surrogate pair.
  ///
  /// What is not UTF-8 in it is replaced; `accept` tells whether it may be.
  @inline(__always)
  private func string(_ text: UnsafePointer<UInt8>?, _ count: Int) -> String? {
    let bytes = unsafe UnsafeBufferPointer(start: text, count: count)
    // yajl points into the input unless it had to resolve escapes, and then it
    // turns half a surrogate pair into a question mark.
    if let start = unsafe text, let base = unsafe input.baseAddress,
      unsafe start < base || start >= base + input.count, unsafe hasUnpairedSurrogate()
    {
      return nil
    }
    return unsafe String(decoding: bytes, as: UTF8.self)
  }

  /// Tells whether the string before the parser's position escapes half a
  /// surrogate pair.
  private func hasUnpairedSurrogate() -> Bool {
    let end = unsafe min(consumed, input.count) - 1
    var start = end - 1
    while start > 0, unsafe !isBareQuote(at: start) { start -= 1 }
    var lead = false
    var index = start + 1
    while index < end {
      guard unsafe input[index] == UInt8(ascii: "\\") else {
        if lead { return true }
        index += 1
        continue
      }
      guard unsafe input[index + 1] == UInt8(ascii: "u"), index + 6 <= end else {
        if lead { return true }
        index += 2
        continue
      }
      let digits = unsafe input[(index + 2)..<(index + 6)]
      let unit = unsafe UInt16(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
      switch unit {
      case 0xD800...0xDBFF where !lead: lead = true
      case 0xDC00...0xDFFF where lead: lead = false
      case 0xD800...0xDFFF: return true
      default: if lead { return true }
      }
      index += 6
    }
    return lead
  }

  /// Tells whether a quote stands at an index that no backslash escapes.
  private func isBareQuote(at index: Int) -> Bool {
    guard unsafe input[index] == UInt8(ascii: "\"") else { return false }
    var backslashes = 0
    while index - backslashes > 0, unsafe input[index - backslashes - 1] == UInt8(ascii: "\\") {
      backslashes += 1
    }
    return backslashes % 2 == 0
  }

  /// Whether a string may be used, repaired if need be: it is UTF-8, or where
  /// strings are repaired.
  private mutating func accept(
    _ text: UnsafePointer<UInt8>?, _ count: Int, at path: DocumentPath
  ) -> Bool {
    let bytes = unsafe UnsafeBufferPointer(start: text, count: count)
    if unsafe (try? UTF8Span(validating: bytes.span)) != nil { return true }
    guard unsafe isRepairing else {
      unsafe failure = path.error("not valid UTF-8")
      return false
    }
    unsafe repaired.append(path)
    return true
  }

  /// Whether the container whose end has not been seen is the one whose strings
  /// are repaired.
  private var isRepairing: Bool {
    guard unsafe frames.count == 2, unsafe frames[0].isObject, unsafe frames[1].isObject else {
      return false
    }
    return unsafe keys[frames[1].firstKey - 1] == repairedKey
  }

  fileprivate mutating func failString() -> Int32 {
    unsafe fail("half a surrogate pair in a string")
  }

  /// Stops the parser, naming the place.
  fileprivate mutating func fail(_ reason: String) -> Int32 {
    let place = unsafe JSONReader.place(of: max(consumed, 1) - 1, in: input)
    unsafe failure = SpecError(path: "", reason: "\(place): \(reason)")
    return 0
  }

  /// How much of the input has been read.
  var consumed: Int {
    unsafe pieceStart + (handle.map { unsafe Int(yajl_get_bytes_consumed($0)) } ?? 0)
  }

  /// The path of the container that ended last, or of the value that comes now.
  private var path: DocumentPath { unsafe path(below: frames.count) }

  /// The path of the object whose key comes now.
  private var objectPath: DocumentPath { unsafe path(below: frames.count - 1) }

  private func path(below depth: Int) -> DocumentPath {
    var path = DocumentPath.root
    for (depth, frame) in unsafe frames[..<depth].enumerated() {
      let next = unsafe depth + 1 < frames.count ? frames[depth + 1] : nil
      if frame.isObject {
        unsafe path = path[keys[(next?.firstKey ?? keys.count) - 1]]
      } else {
        unsafe path = path[(next?.firstItem ?? items.count) - frame.firstItem]
      }
    }
    return path
  }
}

// MARK: - Parts

extension JSONBuilder {
  /// Whether what comes next is the value of the last of some keys, each of the
  /// object of the one before it.
  func expectsValue(of path: [String]) -> Bool {
    unsafe isAt(path)
      && keys.count - frames[path.count - 1].firstKey
        == items.count - frames[path.count - 1].firstItem + 1
  }

  /// Whether the value of the last of some keys has just been read.
  func hasValue(of path: [String]) -> Bool {
    unsafe isAt(path)
      && keys.count - frames[path.count - 1].firstKey
        == items.count - frames[path.count - 1].firstItem
  }

  private func isAt(_ path: [String]) -> Bool {
    guard unsafe frames.count == path.count else { return false }
    for (index, frame) in unsafe frames.enumerated() {
      let key = unsafe index + 1 < frames.count ? frames[index + 1].firstKey - 1 : keys.count - 1
      guard frame.isObject, key >= frame.firstKey, unsafe keys[key].isExactly(path[index]) else {
        return false
      }
    }
    return true
  }
}

/// Text that is told apart by its bytes, where `String` takes different ways to
/// write a letter as the same.
private struct ExactText: Hashable {
  let text: String

  static func == (one: ExactText, other: ExactText) -> Bool { one.text.isExactly(other.text) }

  func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension String {
  /// Whether both are the same bytes.
  ///
  /// The kernel, and every other reader of a document, sees a letter with an
  /// accent and the same letter made of two characters as different ones.
  package func isExactly(_ other: String) -> Bool {
    // Comparing as text is quick, and nearly everything differs there.
    guard self == other else { return false }
    let same = unsafe utf8.withContiguousStorageIfAvailable { bytes in
      unsafe other.utf8.withContiguousStorageIfAvailable { others in
        unsafe bytes.elementsEqual(others)
      }
    }
    return (same ?? nil) ?? utf8.elementsEqual(other.utf8)
  }
}

/// The builder behind the context that yajl hands back.
@inline(__always)
private func builder(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<JSONBuilder> {
  guard let context = unsafe context else { fatalError("yajl lost its context") }
  return unsafe context.assumingMemoryBound(to: JSONBuilder.self)
}
