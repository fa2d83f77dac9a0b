// SPDX-License-Identifier: Apache-2.0

/// Checks the number of arguments, and the form of those that are IDs.
enum ArgumentCheck {
  /// Fails when `words` does not fit the command's arguments.
  static func check(
    _ words: [String], against arguments: [Argument], command: String
  ) throws(UsageError) {
    let least = arguments.count { $0.count == .one }
    let most = arguments.contains { $0.count == .rest } ? Int.max : arguments.count
    if words.count < least || words.count > most {
      throw UsageError("\"\(command)\" requires \(bounds(least, most))")
    }
    for (word, argument) in zip(words, arguments) {
      switch argument.hint {
      case .container, .newContainer: try ID.check(word, of: "container")
      case .pod, .newPod: try ID.check(word, of: "pod")
      default: continue
      }
    }
  }

  private static func bounds(_ least: Int, _ most: Int) -> String {
    func noun(_ count: Int) -> String { count == 1 ? "1 argument" : "\(count) arguments" }
    if most == 0 { return "no arguments" }
    if least == most { return "exactly \(noun(least))" }
    if most == Int.max { return "a minimum of \(noun(least))" }
    if least == 0 { return "a maximum of \(noun(most))" }
    return "\(least) to \(noun(most))"
  }
}
