// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONWriterTests {
  let document: JSONValue = [
    "b": [1, "x", true, .null, []], "a": ["c": .double(0.5), "d": [:]],
    "u": .unsigned(.max),
  ]

  @Test func writesOneLine() {
    #expect(
      document.text()
        == #"{"b":[1,"x",true,null,[]],"a":{"c":0.5,"d":{}},"u":18446744073709551615}"#)
  }

  @Test func indents() {
    let expected = """
      {
        "b": [
          1,
          "x",
          true,
          null,
          []
        ],
        "a": {
          "c": 0.5,
          "d": {}
        },
        "u": 18446744073709551615
      }
      """
    #expect(document.text(.indented(by: "  ")) == expected)
    #expect(
      document.text(.indented(by: "\t"))
        == expected.replacing("  ", with: "\t"))
  }

  @Test(arguments: [
    ("/a/b", #""/a/b""#), ("\"\\", #""\"\\""#), ("\n\r\t", #""\n\r\t""#),
    ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""), ("é😀<&>", "\"é😀<&>\""),
  ])
  func escapesWhatItMust(text: String, expected: String) throws {
    #expect(JSONValue.string(text).text() == expected)
    #expect(try JSONValue(parsing: expected) == .string(text))
  }

  @Test func chooseTheNumberCase() {
    #expect(JSONValue(UInt64(5)) == .integer(5))
    #expect(JSONValue(UInt64.max) == .unsigned(.max))
    #expect(JSONValue(Int32(-5)) == .integer(-5))
  }
}
