// SPDX-License-Identifier: Apache-2.0

/// What the completions of all shells are made from.
enum ShellText {
  /// A word in single quotes, for bash and zsh.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// The first words of the commands, each once.
  static func firstWords(of commands: [CommandInfo]) -> [String] {
    var words: [String] = []
    for command in commands {
      let word = firstWord(of: command)
      if !words.contains(word) { words.append(word) }
    }
    return words
  }

  /// The groups that commands of two words belong to.
  static func groups(of commands: [CommandInfo]) -> [String] {
    firstWords(of: commands).filter { word in !commands.contains { $0.name == word } }
  }

  /// The second words of a group's commands.
  static func members(of group: String, in commands: [CommandInfo]) -> [CommandInfo] {
    commands.filter { $0.name.hasPrefix("\(group) ") }
  }

  /// What a first word stands for.
  static func summary(of word: String, in commands: [CommandInfo]) -> String {
    commands.first { $0.name == word }?.summary ?? CommandTable.summary(ofGroup: word) ?? ""
  }

  /// The last word of a command's name.
  static func lastWord(of command: CommandInfo) -> String {
    command.name.split(separator: " ").last.map(String.init) ?? command.name
  }

  private static func firstWord(of command: CommandInfo) -> String {
    command.name.split(separator: " ").first.map(String.init) ?? command.name
  }

  /// An option's names with their dashes, the letter first.
  static func names(of option: OptionInfo) -> [String] {
    (option.letter.map { ["-\($0)"] } ?? []) + ["--\(option.name)"]
  }
}
