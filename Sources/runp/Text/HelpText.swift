// SPDX-License-Identifier: Apache-2.0

/// The texts of `--help`.
enum HelpText {
  /// One line on what runp is.
  static let summary = "run OCI containers and pods"
  /// Where to look after a mistake.
  static let hint = "See 'runp --help' for the commands.\n"
  /// The usage line of runp itself, with where to look.
  static let usage = "usage: runp [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]\n" + hint

  /// The help of `runp --help`.
  static var overview: String {
    let all = CommandTable.all.filter { !$0.isHidden }.map { (name: $0.name, help: $0.summary) }
    return """
      runp - \(summary)

      usage: runp [GLOBAL OPTIONS] COMMAND [OPTIONS] [ARGUMENTS]

      Commands:
      \(TextLayout.table(all))
      Global options:
      \(options(globalOptions))
      'runp COMMAND --help' tells about a command.

      """
  }

  /// The options before the command that are shown.
  static var globalOptions: [OptionInfo] {
    GlobalOptions.options.map { $0.info }.filter { !$0.isHidden } + [OptionScanner.help]
  }

  /// The help of a group of commands, such as `runp pod --help`.
  static func overview(ofGroup group: String) -> String {
    let commands = CommandTable.group(group).map { (name: $0.name, help: $0.summary) }
    let what = CommandTable.summary(ofGroup: group).map { " - \($0)" } ?? ""
    return """
      runp \(group)\(what)

      usage: runp [GLOBAL OPTIONS] \(group) COMMAND [OPTIONS] [ARGUMENTS]

      Commands:
      \(TextLayout.table(commands))
      'runp \(group) COMMAND --help' tells about a command.

      """
  }

  /// The usage line of a command.
  static func usageLine(of command: CommandInfo) -> String {
    let words =
      ["runp", command.name, "[OPTIONS]"] + command.arguments.map { $0.placeholder }
    return "usage: \(words.joined(separator: " "))\n"
  }

  /// The usage line of a command, with where to look.
  static func usage(of command: CommandInfo) -> String {
    usageLine(of: command) + "See 'runp \(command.name) --help'.\n"
  }

  /// The help of a command.
  static func help(for command: CommandInfo) -> String {
    var text = "runp \(command.name) - \(command.summary)\n\n\(usageLine(of: command))"
    for paragraph in TextLayout.paragraphs(command.details) {
      text += "\n" + TextLayout.filled(paragraph, indent: 0)
    }
    if !command.arguments.isEmpty {
      let rows = command.arguments.map { (name: $0.name, help: $0.help) }
      text += "\nArguments:\n" + TextLayout.table(rows)
    }
    return text + "\nOptions:\n" + options(command.shownOptions)
  }

  private static func options(_ options: [OptionInfo]) -> String {
    let rows = options.map { option in
      let letter = option.letter.map { "-\($0), " } ?? "    "
      let value = option.valueName.map { " \($0)" } ?? ""
      return (name: "\(letter)--\(option.name)\(value)", help: option.helpWithRepetition)
    }
    return TextLayout.table(rows)
  }
}

extension OptionInfo {
  /// The help, with whether the option may be repeated.
  var helpWithRepetition: String {
    repeats ? "\(help); may be repeated" : help
  }
}
