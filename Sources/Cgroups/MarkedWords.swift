// SPDX-License-Identifier: Apache-2.0

extension [String] {
  /// The words, each behind a mark and with `separator` between them.
  ///
  /// It is for what is written for each container, where joined(separator:) would
  /// be slow: it goes through the metadata of the sequence.
  func marked(_ mark: String, separator: String = "") -> String {
    var text = ""
    for word in self {
      if !text.isEmpty { text += separator }
      text += mark
      text += word
    }
    return text
  }
}
