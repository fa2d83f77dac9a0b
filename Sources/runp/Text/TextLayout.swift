// SPDX-License-Identifier: Apache-2.0

/// Lays text out for a terminal of 80 columns.
enum TextLayout {
  /// The last column that is used.
  static let width = 79
  /// The widest first column of a table; a longer name gets a line of its own.
  private static let widestName = 26

  /// The paragraphs of a text, which empty lines separate.
  static func paragraphs(_ text: String) -> [String] {
    var paragraphs: [String] = []
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) + [""[...]] {
      if !line.isEmpty {
        lines.append(line)
      } else if !lines.isEmpty {
        paragraphs.append(lines.joined(separator: "\n"))
        lines = []
      }
    }
    return paragraphs
  }

  /// The words of a text in lines that fit, each with a newline.
  static func filled(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if !line.isEmpty && indent + line.count + 1 + word.count > width {
        lines.append(margin + line)
        line = ""
      }
      line += line.isEmpty ? word : " \(word)"
    }
    return (lines + [margin + line]).map { "\($0)\n" }.joined()
  }

  /// Rows of cells in aligned columns, at least twelve wide, as callers that
  /// cut them apart expect.
  static func columns(_ rows: [[String]]) -> String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(9) }
        widths[column] = max(widths[column], self.width(of: cell))
      }
    }
    var text = ""
    for row in rows {
      for (column, cell) in row.enumerated() {
        text += cell
        if column + 1 == row.count { break }
        for _ in 0..<(widths[column] + 3 - self.width(of: cell)) { text += " " }
      }
      text += "\n"
    }
    return text
  }

  /// How many columns a text takes, which characters are counted for only where
  /// bytes do not tell.
  private static func width(of text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
  }

  /// Rows of a name and a text beside it.
  static func table(_ rows: [(name: String, help: String)]) -> String {
    let column = min(widestName, rows.map { $0.name.count }.max() ?? 0)
    var text = ""
    for row in rows {
      let help = filled(row.help, indent: column + 4)
      if row.name.count > column {
        text += "  \(row.name)\n\(help)"
      } else {
        let gap = String(repeating: " ", count: column - row.name.count + 2)
        text += "  \(row.name)\(gap)\(help.drop { $0 == " " })"
      }
    }
    return text
  }
}
