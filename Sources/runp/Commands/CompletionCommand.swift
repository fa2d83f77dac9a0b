// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// A shell that has completions.
enum Shell: String, CaseIterable {
  /// GNU bash.
  case bash
  /// zsh.
  case zsh
  /// fish.
  case fish
}

/// Prints the completions for a shell.
enum CompletionCommand: Command {
  static let name = "completion"
  static let summary = "print the completions for bash, zsh or fish"

  static var syntax: Syntax<Shell> {
    Syntax(
      defaults: .bash,
      details: """
        bash: source <(runp completion bash)

        zsh: runp completion zsh > DIR/_runp, for a DIR of $fpath

        fish: runp completion fish | source
        """,
      arguments: [
        Argument(
          name: "SHELL", count: .one, hint: .choice(Shell.allCases.map { $0.rawValue }),
          help: "bash, zsh or fish")
      ],
      options: [], store: store)
  }

  private static func store(_ shell: inout Shell, _ words: [String]) throws(UsageError) {
    shell = try Value.choice(words[0], of: "shell")
  }

  static func run(_ shell: Shell, _ context: CommandContext) throws(RuntimeError) -> Int32 {
    let commands = CommandTable.shown
    switch shell {
    case .bash: try Output.write(BashCompletion.text(for: commands))
    case .zsh: try Output.write(ZshCompletion.text(for: commands))
    case .fish: try Output.write(FishCompletion.text(for: commands))
    }
    return CommandStatus.success
  }
}
