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
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in
      max(9, rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0) + 3
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column + 1 == row.count
          ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined() + "\n"
    }.joined()
  }

  /// Rows of a name and a text beside it.
  static func table(_ rows: [(name: String, help: String)]) -> String {
    let column = min(widestName, rows.map(\.name.count).max() ?? 0)
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
