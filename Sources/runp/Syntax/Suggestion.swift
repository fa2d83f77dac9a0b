// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What somebody may have meant who wrote a word that is none.
enum Suggestion {
  /// The end of a message: the nearest of some words, or nothing when none is
  /// near.
  static func text(for word: String, among words: [String]) -> String {
    nearest(to: word, among: words).map { ": did you mean \($0.quoted)?" } ?? ""
  }

  /// The word that takes the fewest slips to become this one, nil when all would
  /// take more than one for every three letters.
  ///
  /// The beginning of one word alone, and the second half of a command of two
  /// words, are as near as can be.
  static func nearest(to word: String, among words: [String]) -> String? {
    let letters = Array(word.utf8)
    // Nothing that can be called is longer, and the work grows with the square.
    guard (2...32).contains(letters.count) else { return nil }
    let begun = words.filter { $0.hasPrefix(word) }
    if begun.count == 1 { return begun[0] }
    if let whole = words.first(where: { $0.hasSuffix(" \(word)") }) { return whole }
    let near = words.map { (word: $0, slips: slips(letters, Array($0.utf8))) }
    let best = near.min { $0.slips < $1.slips }
    guard let best, best.slips <= max(1, letters.count / 3) else { return nil }
    return best.word
  }

  /// How many letters were left out, added, changed, or swapped with the next.
  private static func slips(_ word: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for (row, letter) in word.enumerated() {
      var line = [row + 1]
      for (column, expected) in other.enumerated() {
        var least = min(last[column + 1] + 1, line[column] + 1)
        least = min(least, last[column] + (letter == expected ? 0 : 1))
        if row > 0, column > 0, letter == other[column - 1], word[row - 1] == expected {
          least = min(least, beforeLast[column - 1] + 1)
        }
        line.append(least)
      }
      beforeLast = last
      last = line
    }
    return last[other.count]
  }
}

extension CommandTable {
  /// The message for words that call nothing.
  static func unknown(_ name: String) -> String {
    "unknown command \"\(name)\""
      + Suggestion.text(for: name, among: shown.map { $0.name } + groups)
  }

  /// The first words of commands that have two.
  private static var groups: [String] {
    var names: [String] = []
    for command in all where command.name.contains(" ") {
      let group = String(command.name.prefix { $0 != " " })
      if !names.contains(group) { names.append(group) }
    }
    return names
  }
}
