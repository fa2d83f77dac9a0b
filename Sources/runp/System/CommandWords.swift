// SPDX-License-Identifier: Apache-2.0

/// The words that the process was called with.
enum CommandWords {
  /// Reads them, the program's name first.
  ///
  /// `CommandLine.arguments` repairs what is not UTF-8, and a repaired path is
  /// another one than the caller meant.
  ///
  /// - Throws: `UsageError` with the number of the first such word.
  static func read() throws(UsageError) -> [String] {
    let given = unsafe CommandLine.unsafeArgv
    var words: [String] = []
    for number in 0..<Int(CommandLine.argc) {
      guard let bytes = unsafe given[number] else { break }
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
