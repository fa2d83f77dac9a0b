// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct QuotedTextTests {
  @Test(arguments: [
    ("", #""""#), ("a b", #""a b""#), ("a\"b\\", #""a\"b\\""#),
    ("a\n\u{1B}[31mb", #""a\n\u001b[31mb""#), ("\u{7F}\u{9B}é", #""\u007f\u009bé""#),
  ])
  func quotedTextIsSafeToShow(text: String, quoted: String) {
    #expect(text.quoted == quoted)
    #expect(JSONValue.string(text).shown == quoted)
  }

  @Test func longTextIsShortened() {
    #expect(String(repeating: "x", count: 80).quoted.count == 82)
    let long = String(repeating: "x", count: 81)
    #expect(long.quoted == "\"\(String(repeating: "x", count: 60))…\"")
    // One character to the reader, and longer than any terminal.
    let tall = "e" + String(repeating: "\u{301}", count: 1000)
    #expect(tall.quoted.utf8.count < 200)
  }

  @Test func pathQuotesItsKeys() {
    #expect(
      DocumentPath.root["linux"]["sysctl"]["a\u{1B}\nb"].description
        == #"linux.sysctl["a\u001b\nb"]"#)
  }

  @Test func controlsBecomeText() {
    #expect("a\tb\r\nc\u{1B}[0m\"".withoutControls == #"a\tb\r\nc\u001b[0m""#)
    #expect("plain é".withoutControls == "plain é")
  }
}
