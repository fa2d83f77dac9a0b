// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The text in quotes for a message, shortened when it is long.
  ///
  /// Whoever wrote the document must not write to the reader's terminal, so
  /// what has a meaning there is escaped as in JSON.
  package var quoted: String {
    let isLong = utf8.count > 80
    // Scalars, since a single character can be of any length.
    let shown = isLong ? String(unicodeScalars.prefix(60)) : self
    return JSONValue.string(isLong ? "\(shown)…" : shown).text().withoutControls
  }

  /// The text on one line, with control characters in the form that JSON has
  /// for them.
  package var withoutControls: String {
    if !unicodeScalars.contains(where: Self.isControl) { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where Self.isControl(scalar):
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Terminals act on the controls of Latin-1, too.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }
}
