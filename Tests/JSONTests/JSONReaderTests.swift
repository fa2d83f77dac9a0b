// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONReaderTests {
  @Test func keepsTheOrderOfMembers() throws {
    let value = try JSONValue(parsing: #"{"b": 1, "a": [true, null, "x"], "c": {}}"#)
    #expect(value.text() == #"{"b":1,"a":[true,null,"x"],"c":{}}"#)
  }

  @Test(arguments: [
    ("0", JSONValue.integer(0)), ("-1", .integer(-1)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .unsigned(9_223_372_036_854_775_808)),
    ("18446744073709551615", .unsigned(.max)), ("0.5", .double(0.5)), ("1e3", .double(1000)),
  ])
  func readsNumbersExactly(text: String, expected: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == expected)
  }

  @Test(arguments: [
    ("", "premature EOF"), ("{", "premature EOF"), ("[1,]", "line 1, column 4"),
    ("{\n  \"a\": tru\n}", "line 2, column 10"), ("1 2", "trailing garbage"),
    ("{} {}", "trailing garbage"), ("{'a':1}", "line 1, column 2"), ("[01]", "line 1"),
    ("\"\u{1}\"", "line 1"), ("/* c */ 1", "line 1"), ("18446744073709551616", "64 bits"),
    ("-9223372036854775809", "64 bits"), ("1e999", "64 bits"),
    (#""\ud800""#, "half a surrogate pair"), (#""\udc00""#, "half a surrogate pair"),
    (#""\ud800\u0041""#, "half a surrogate pair"), (#""a\\\ud83dx""#, "half a surrogate pair"),
    (#""\ud83d\ud83d\ude00""#, "half a surrogate pair"),
  ])
  func refuses(text: String, complaint: String) {
    let error = #expect(throws: SpecError.self) { try JSONValue(parsing: text) }
    #expect(error?.path == "")
    #expect(error?.reason.contains(complaint) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    (#""\ud83d\ude00""#, "\u{1F600}"), (#""\\ud83d""#, #"\ud83d"#),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
    (#""\u00e9 é""#, "é é"), (#""""#, ""), (#""a\u0000b""#, "a\0b"),
  ])
  func resolvesEscapes(text: String, expected: String) throws {
    #expect(try JSONValue(parsing: text) == .string(expected))
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(bytes: [UInt8]) {
    #expect(throws: SpecError.self) { try JSONValue(parsing: bytes) }
  }

  @Test(arguments: [
    (#"{"a":1,"b":2,"a":3}"#, "a"),
    (#"{"linux":{"x":[0,{"k":1},{"k":1,"k":2}]}}"#, "linux.x[2].k"),
    (#"{"x":{"y":1},"z":{"net.ipv4":1,"net.ipv4":1}}"#, #"z["net.ipv4"]"#),
    (#"[[1,2],[{"a":1,"\u0061":2}]]"#, "[1][0].a"),
  ])
  func namesADuplicateKey(text: String, path: String) {
    #expect(throws: SpecError(path: path, reason: "duplicate key")) {
      try JSONValue(parsing: text)
    }
  }

  /// The document with a byte that no text has in the place of `@`.
  private static func bytes(_ text: String) -> [UInt8] {
    text.utf8.map { $0 == UInt8(ascii: "@") ? 0xFF : $0 }
  }

  @Test(arguments: [
    ("[1,\"a@\"]", "[1]"), (#"{"a":[{"b":"@"}]}"#, "a[0].b"), (#"{"a":{"k@":1}}"#, "a[\"k�\"]"),
    (#"{"a":"@","notes":{}}"#, "a"), (#"{"notes":"@"}"#, "notes"),
    (#"{"notes":{"a":{"b":"@"}}}"#, "notes.a.b"), (#"{"notes":["@"]}"#, "notes[0]"),
    (#"{"x":{"notes":{"a":"@"}}}"#, "x.notes.a"), (#"{"x":"\u0041@"}"#, "x"),
  ])
  func namesTheStringWithABadByte(text: String, path: String) {
    #expect(throws: SpecError(path: path, reason: "not valid UTF-8")) {
      try JSONReader().read(Self.bytes(text), repairing: "notes")
    }
    #expect(throws: SpecError(path: path, reason: "not valid UTF-8")) {
      try JSONValue(parsing: Self.bytes(text))
    }
  }

  @Test(arguments: ["[@1]", "@[1]", "[1]@", "{\"a\"@:1}", "{\"a\":@1}", "[1\n,@2]", "[\"@\"]"])
  func takesNothingElseForSpace(text: String) {
    for byte in Array(0..<0x20 as Range<UInt8>) + [0x7F, 0x85, 0xA0]
    where ![0x09, 0x0A, 0x0D].contains(byte) {
      if byte > 0x20, text.contains("\"@\"") { continue }
      let bytes = text.utf8.map { $0 == UInt8(ascii: "@") ? byte : $0 }
      #expect(throws: SpecError.self, "byte \(byte)") { try JSONValue(parsing: bytes) }
    }
  }

  @Test func namesThePlaceOfWhatIsNoSpace() {
    #expect(
      throws: SpecError(path: "", reason: "line 2, column 3: a vertical tab is no space in JSON")
    ) {
      try JSONValue(parsing: "[1,\n2,\u{b}3]")
    }
    #expect(
      throws: SpecError(path: "", reason: "line 1, column 1: a form feed is no space in JSON")
    ) {
      try JSONValue(parsing: "\u{c}{}")
    }
  }

  @Test(arguments: [" ", "\t", "\n", "\r"])
  func takesTheFourKindsOfSpace(space: String) throws {
    let text = "@{@\"a\"@:@[@1@,@2@]@}@".replacing("@", with: space)
    #expect(try JSONValue(parsing: text) == JSONValue(parsing: #"{"a":[1,2]}"#))
  }

  @Test func aBadByteOutsideOfStringsIsNoJSON() {
    #expect(throws: SpecError.self) { try JSONValue(parsing: Self.bytes("[@1]")) }
    #expect(throws: SpecError.self) { try JSONValue(parsing: Self.bytes("{}@")) }
  }

  @Test func repairsTextForPeopleAlone() throws {
    let bytes = Self.bytes(#"{"notes":{"a":"x@\n","k@":"y"},"b":"z"}"#)
    let found = try JSONReader().read(bytes, repairing: "notes")
    #expect(found.value == ["notes": ["a": "x�\n", "k�": "y"], "b": "z"])
    #expect(found.repaired.map(\.description) == ["notes.a", "notes[\"k�\"]"])
    #expect(throws: SpecError(path: "notes.a", reason: "not valid UTF-8")) {
      try JSONValue(parsing: bytes)
    }
    #expect(try JSONReader().read(Array("{}".utf8), repairing: "notes").repaired.isEmpty)
  }

  @Test func keysDifferByTheirBytes() throws {
    // One letter, and the same one made of two characters: equal to `String`.
    let value = try JSONValue(parsing: "{\"\u{e9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{e9}"] == 1)
    #expect(value["e\u{301}"] == 2)
    let many = (0..<30).map { "\"k\($0)\":0" }.joined(separator: ",")
    #expect(throws: Never.self) {
      try JSONValue(parsing: "{\(many),\"\u{e9}\":1,\"e\u{301}\":2}")
    }
  }

  @Test func findsADuplicateAmongManyKeys() {
    let members = (0..<100).map { "\"k\($0)\":0" }.joined(separator: ",")
    #expect(throws: SpecError(path: "k99", reason: "duplicate key")) {
      try JSONValue(parsing: "{\(members),\"k99\":1}")
    }
  }

  @Test func limitsDepthAndSize() throws {
    var reader = JSONReader()
    reader.maximumDepth = 3
    reader.maximumSize = 20
    _ = try reader.read("[[[1]]]")
    #expect(throws: SpecError.self) { try reader.read("[[[[1]]]]") }
    #expect(throws: SpecError.self) { try reader.read("[1,1,1,1,1,1,1,1,1,1]") }
  }

  @Test func survivesABottomlessDocument() {
    let text = String(repeating: "[", count: 1_000_000)
    #expect(throws: SpecError.self) { try JSONValue(parsing: text) }
  }
}
