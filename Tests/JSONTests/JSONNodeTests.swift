// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONNodeTests {
  enum Colour: String, CaseIterable {
    case red
    case green
  }

  struct Point: JSONDecodable, Equatable {
    var x: Int8

    init(x: Int8) { self.x = x }

    init(json: JSONNode) throws(SpecError) { x = try json.requiredInteger("x") }
  }

  func node(_ text: String) throws -> JSONNode { JSONNode(try JSONValue(parsing: text)) }

  @Test func decodesWhatIsThere() throws {
    let json = try node(
      #"""
      {"s": "t", "e": "", "i": -3, "b": true, "w": "red", "ss": ["a", "b"], "is": [1, 255],
       "ws": ["green"], "o": {"x": 1}, "os": [{"x": 2}], "m": {"b": "1", "a": "2"},
       "om": {"p": {"x": 3}}}
      """#)
    #expect(try json.requiredString("s") == "t")
    #expect(try json.nonEmptyString("e") == nil)
    #expect(try json.integer("i", as: Int8.self) == -3)
    #expect(try json.requiredBool("b"))
    #expect(try json.word("w", as: Colour.self) == .red)
    #expect(try json.nonEmptyWord("w", as: Colour.self) == .red)
    #expect(try json.nonEmptyWord("e", as: Colour.self) == nil)
    #expect(try json.strings("ss") == ["a", "b"])
    #expect(try json.integers("is", as: UInt8.self) == [1, 255])
    #expect(try json.words("ws", as: Colour.self) == [.green])
    #expect(try json.requiredObject("o", as: Point.self) == Point(x: 1))
    #expect(try json.objects("os", as: Point.self) == [Point(x: 2)])
    #expect(try json.stringMap("m").keys == ["b", "a"])
    #expect(try json.objectMap("om", as: Point.self)["p"] == Point(x: 3))
    #expect(try json.child("o")?.members().map { $0.key } == ["x"])
    #expect(try json.child("ss")?.elements().map { $0.path.description } == ["ss[0]", "ss[1]"])
  }

  @Test(arguments: ["{}", #"{"k": null}"#])
  func takesNullForAbsent(text: String) throws {
    let json = try node(text)
    #expect(try json.string("k") == nil)
    #expect(try json.bool("k") == nil)
    #expect(try json.integer("k", as: Int.self) == nil)
    #expect(try json.strings("k") == nil)
    #expect(try json.objects("k", as: Point.self).isEmpty)
    #expect(try json.stringMap("k").isEmpty)
    #expect(throws: SpecError(path: "k", reason: "required, but missing")) {
      try json.requiredString("k")
    }
  }

  @Test func namesThePlaceOfAnError() throws {
    let json = JSONNode(
      try JSONValue(parsing: #"{"os": [{"x": 1}, {"x": 128}]}"#), at: .root["linux"]["a.b"])
    let error = #expect(throws: SpecError.self) { try json.objects("os", as: Point.self) }
    #expect(
      error?.description == #"linux["a.b"].os[1].x: 128 is not in the range -128 to 127"#)
  }

  @Test(arguments: [
    (#"{"k": "1"}"#, #"k: "1" is not an integer"#), (#"{"k": 1.5}"#, "k: 1.5 is not an integer"),
    (#"{"k": -1}"#, "k: -1 is not in the range 0 to 255"),
    (#"{"k": 18446744073709551615}"#, "k: 18446744073709551615 is not in the range 0 to 255"),
    (#"{"k": []}"#, "k: an array is not an integer"), ("[]", "an array is not an object"),
  ])
  func refusesWhatIsNoByte(text: String, message: String) throws {
    let json = try node(text)
    let error = #expect(throws: SpecError.self) { try json.integer("k", as: UInt8.self) }
    #expect(error?.description == message)
  }

  @Test(arguments: [#"{"k": "a\u0000"}"#, #"{"k": ["x", "a\u0000"]}"#, #"{"k": {"a\u0000": ""}}"#])
  func refusesNUL(text: String) throws {
    let json = try node(text)
    #expect(throws: SpecError.self) {
      _ = try json.string("k")
      _ = try json.strings("k")
      _ = try json.stringMap("k")
    }
  }

  @Test func keepsTheOrderOfAMap() {
    var map: OrderedMap<Int> = ["b": 1, "a": 2]
    map["c"] = 3
    map["b"] = 4
    map["a"] = nil
    map["missing"] = nil
    #expect(map.keys == ["b", "c"])
    #expect(map.map { $0.value } == [4, 3])
    #expect(map["c"] == 3 && map["a"] == nil && map.count == 2)
  }
}
