// SPDX-License-Identifier: Apache-2.0

internal import CStart

/// The words that the process was called with.
enum CommandWords {
  /// Reads them, the program's name first.
  ///
  /// What is not UTF-8 is not repaired: a repaired path is another one than the
  /// caller meant.
  ///
  /// - Throws: `UsageError` with the number of the first such word.
  static func read() throws(UsageError) -> [String] {
    guard let given = unsafe cstart_words() else { return [] }
    var words: [String] = []
    while let bytes = unsafe given[words.count] {
      let number = words.count
      if let word = unsafe String(validatingCString: bytes) {
        words.append(word)
      } else if number == 0 {
        words.append(unsafe String(cString: bytes))
      } else {
        throw UsageError(value: "argument \(number) is not text in UTF-8")
      }
    }
    return words
  }
}
