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

  @Test func namesThePlaceOfABadByte() {
    let bytes = Array("[\n \"a".utf8) + [0xFF] + Array("\"]".utf8)
    #expect(throws: SpecError(path: "", reason: "line 2, column 4: not valid UTF-8")) {
      try JSONValue(parsing: bytes)
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
