// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

@Suite struct SuggestionTests {
  private static let words = ["create", "start", "state", "kill", "delete", "pod", "pod stop"]

  @Test(arguments: [
    ("strat", "start"), ("crate", "create"), ("kil", "kill"), ("dele", "delete"),
    ("delete-", "delete"), ("stop", "pod stop"), ("statr", "start"), ("creaet", "create"),
  ])
  func namesTheNearestWord(word: String, meant: String) {
    #expect(Suggestion.nearest(to: word, among: Self.words) == meant)
  }

  @Test(arguments: [
    "", "k", "st", "resume", "events", "ps", "xxxxxx", "ä", String(repeating: "create", count: 6),
  ])
  func namesNothingThatIsFarAway(word: String) {
    #expect(Suggestion.nearest(to: word, among: Self.words) == nil)
  }

  @Test func everyCommandIsItsOwnNearest() {
    let names = CommandTable.shown.map(\.name)
    for name in names { #expect(Suggestion.nearest(to: name, among: names) == name) }
  }
}
