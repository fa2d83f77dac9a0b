// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import JSON

@Suite struct JSONPartTests {
  private func read(
    _ text: String, isKnown: Bool = false, maximumDepth: Int = 128
  ) throws -> JSONDocument {
    var reader = JSONReader()
    reader.maximumDepth = maximumDepth
    return try reader.read(Array(text.utf8), repairing: nil, part: ["a", "b"]) { _ in isKnown }
  }

  private func text(_ bytes: ArraySlice<UInt8>?) -> String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    (#"{"a":{"b":{"c":1}}}"#, #"{"c":1}"#),
    (
      #" { "x" : [ {"a": {"b": {}}} ], "a" : { "y": "b", "b" : {"}": "\\\"}"} , "z": 1}}"#,
      #"{"}": "\\\"}"}"#
    ),
    (#"{"b":{"a":{"b":{}}},"a":{"a":{"b":{}},"b":{"b":[{}]}}}"#, #"{"b":[{}]}"#),
  ])
  func aPartIsFoundAndReadOrLeft(_ document: String, _ part: String) throws {
    let read = try read(document)
    #expect(try read.value == JSONValue(parsing: document))
    #expect(text(read.part) == part)
    let left = try self.read(document, isKnown: true)
    #expect(text(left.part) == part)
    #expect(left.value["a"]?["b"] == .unread(Array(part.utf8)[...]))
    #expect(try JSONValue(parsing: left.value.text()) == read.value)
  }

  @Test(arguments: [
    #"{"a":{"b":1}}"#, #"{"a":{"c":{"b":{}}}}"#, #"{"a":[{"b":{}}]}"#, #"{"b":{"a":{}}}"#, #"{}"#,
    #"{"a":{},"b":{}}"#, #"{"a":{"x":1},"c":{"b":{}}}"#, #"["a",{"b":{}}]"#, "1",
    #"{"a":{"\u0062":{"c":1}}}"#, #"{"\u0061":{"b":{}}}"#,
  ])
  func whereThereIsNoneTheWholeIsRead(_ document: String) throws {
    let read = try read(document, isKnown: true)
    #expect(read.part == nil)
    #expect(try read.value == JSONValue(parsing: document))
  }

  @Test(arguments: [
    #"{"a":{"b":{},"b":{}}}"#, #"{"a":{"b":{}},"a":1}"#, #"{"a":{"b":{}}"#, #"{"a":{"b":{}}}}"#,
    #"{"a":{"b":{}},"c":01}"#, #"{"a":{"b":{}},"c":"\ud800"}"#, #"{"a":{"b":{"c":1,"c":2}}}"#,
    #"{"a":{"b":{"c":99999999999999999999}}}"#, #"{"a":{"b":{"c":tru}}}"#, #"{"a":{"b":{]}}}"#,
    #"{"c":"x"y","a":{"b":{}}}"#, #"{"a" {"b":{}}}"#,
    "{\"a\":\u{b}{\"b\":{}}}", "{\"a\":{\"b\"\u{c}:{}}}", "{\"a\":{\"b\":{\u{b}}}}",
  ])
  func whatIsWrongIsNamedAsEver(_ document: String) throws {
    let error = try #require(throws: SpecError.self) { try JSONValue(parsing: document) }
    #expect(throws: error) { try read(document) }
  }

  @Test func whatIsWrongBesideAKnownPartIsNamedAsEver() throws {
    let document = "{\"a\":{\"b\":{}},\n\"c\":\"\\ud800\"}"
    let error = try #require(throws: SpecError.self) { try JSONValue(parsing: document) }
    #expect(throws: error) { try read(document, isKnown: true) }
  }

  @Test func escapesAfterAPartAreRead() throws {
    let document = #"{"a":{"b":{"c":"\ud83d\ude00"}},"c":"\ud83d\ude00"}"#
    #expect(try read(document).value == JSONValue(parsing: document))
    #expect(try read(document, isKnown: true).value["c"] == "\u{1F600}")
  }

  @Test func aPartIsNoDeeperThanTheRest() {
    #expect(throws: SpecError.self) {
      try read(#"{"a":{"b":{"c":{"d":{}}}}}"#, maximumDepth: 4)
    }
  }

  @Test func textThatIsNotUTF8IsReadWhole() throws {
    let bytes = Array(#"{"a":{"b":{}},"n":{"t":""#.utf8) + [0xFF] + Array(#""}}"#.utf8)
    let read = try JSONReader().read(bytes, repairing: "n", part: ["a", "b"]) { _ in true }
    #expect(read.part == nil && read.repaired.count == 1)
    #expect(read.value["a"]?["b"] == [:])
  }

  @Test func anUnreadMemberCountsAsAbsent() throws {
    let node = JSONNode(try read(#"{"a":{"b":{}}}"#, isKnown: true).value)
    #expect(try node.child("a")?.member("b") == nil)
  }
}
