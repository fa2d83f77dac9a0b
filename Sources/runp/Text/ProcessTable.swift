// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// What ps(1) prints: a line with the names of columns, and a line for each
/// process.
struct ProcessTable {
  /// The line with the names of the columns.
  let header: String
  private let rows: [String]
  /// How many words stand before the process ID, unless a column holds several.
  private let word: Int
  /// Where the column of the process ID ends.
  private let end: Int

  /// Reads the output of ps(1).
  ///
  /// - Throws: `RuntimeError` when it has no column with the process ID.
  init(_ text: String) throws(RuntimeError) {
    let lines = text.split(separator: "\n").map(String.init)
    header = lines.first ?? ""
    rows = Array(lines.dropFirst())
    let names = Self.words(of: header)
    guard let word = names.firstIndex(where: { $0.text == "PID" }) else {
      throw RuntimeError(.failed, "couldn't find PID field in ps output")
    }
    self.word = word
    end = names[word].end
  }

  /// The lines of some processes.
  ///
  /// - Throws: `RuntimeError` naming a line whose process cannot be told.
  func rows(of processes: Set<Int32>) throws(RuntimeError) -> [String] {
    var found: [String] = []
    // With options that want it the header comes again and again.
    for row in rows where row != header {
      guard let pid = pid(of: row) else {
        throw RuntimeError(.failed, "unable to parse pid in the ps output: \(row)")
      }
      if processes.contains(pid) { found.append(row) }
    }
    return found
  }

  /// The number that stands under the name of its column.
  ///
  /// A column before it can be too narrow, which moves all that follows, or hold
  /// several words, such as a date: not both.
  private func pid(of row: String) -> Int32? {
    let words = Self.words(of: row)
    if let found = words.first(where: { $0.end == end }), let pid = Int32(found.text) {
      return pid
    }
    return words.count > word ? Int32(words[word].text) : nil
  }

  /// The words of a line, and where each ends.
  private static func words(of line: String) -> [(text: String, end: Int)] {
    let bytes = Array(line.utf8)
    return bytes.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map {
      (String(decoding: $0, as: UTF8.self), $0.endIndex)
    }
  }
}
