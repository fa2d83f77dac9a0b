// SPDX-License-Identifier: Apache-2.0

internal import Container

/// What `completion` was asked for.
struct CompletionOptions {
  /// A shell that has completions.
  enum Shell: String, CaseIterable {
    /// GNU bash.
    case bash
    /// zsh.
    case zsh
    /// fish.
    case fish
  }

  /// The name of the shell.
  var shell = ""
}

/// Prints the completions for a shell.
enum CompletionCommand: Command {
  static let name = "completion"
  static let summary = "print the completions for bash, zsh or fish"

  static var syntax: Syntax<CompletionOptions> {
    Syntax(
      defaults: CompletionOptions(),
      details: """
        bash: source <(runp completion bash)

        zsh: runp completion zsh > DIR/_runp, for a DIR of $fpath

        fish: runp completion fish | source
        """,
      arguments: [
        Argument(
          name: "SHELL", count: .one,
          hint: .choice(CompletionOptions.Shell.allCases.map(\.rawValue)),
          help: "bash, zsh or fish")
      ],
      options: [], store: { $0.shell = $1[0] })
  }

  static func run(
    _ options: CompletionOptions, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    guard let shell = CompletionOptions.Shell(rawValue: options.shell) else {
      throw RuntimeError(
        .failed, "no completions for \"\(options.shell)\": must be bash, zsh or fish")
    }
    let commands = CommandTable.shown
    switch shell {
    case .bash: try Output.write(BashCompletion.text(for: commands))
    case .zsh: try Output.write(ZshCompletion.text(for: commands))
    case .fish: try Output.write(FishCompletion.text(for: commands))
    }
    return ExitStatus.success
  }
}
