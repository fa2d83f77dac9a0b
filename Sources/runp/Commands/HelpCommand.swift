// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Shows help, as `--help` does.
enum HelpCommand: Command {
  static let name = "help"
  static let summary = "show help on a command"
  static let isHidden = true

  static var syntax: Syntax<[String]> {
    Syntax(
      defaults: [], details: "",
      arguments: [
        Argument(name: "COMMAND", count: .rest, hint: .text, help: "command to show help on")
      ],
      options: [], store: { $0 = $1 })
  }

  static func run(
    _ words: [String], _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let name = words.joined(separator: " ")
    if name.isEmpty {
      try Output.write(HelpText.overview)
    } else if let command = CommandTable.command(name) {
      try Output.write(HelpText.help(for: command.info()))
    } else if !CommandTable.group(name).isEmpty {
      try Output.write(HelpText.overview(ofGroup: name))
    } else {
      context.log.fatal(CommandTable.unknown(name), usage: HelpText.hint)
      return CommandStatus.failure
    }
    return CommandStatus.success
  }
}
