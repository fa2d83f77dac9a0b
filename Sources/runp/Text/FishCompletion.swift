// SPDX-License-Identifier: Apache-2.0

/// The completions for fish.
enum FishCompletion {
  /// The script.
  static func text(for commands: [CommandInfo]) -> String {
    let groups = ShellText.groups(of: commands)
    var text = place(groups)
    for word in ShellText.firstWords(of: commands) {
      text += line("", "-a \(word)", ShellText.summary(of: word, in: commands))
    }
    for group in groups {
      for command in ShellText.members(of: group, in: commands) {
        text += line(group, "-a \(ShellText.lastWord(of: command))", command.summary)
      }
    }
    text += options(HelpText.globalOptions, of: "")
    for command in commands {
      text += options(command.shownOptions, of: command.name)
      for argument in command.arguments where words(for: argument.hint) != nil {
        text += line(command.name, words(for: argument.hint) ?? "", argument.help)
      }
    }
    return text
  }

  /// The function that tells behind which command the cursor is.
  private static func place(_ groups: [String]) -> String {
    let valued = HelpText.globalOptions.filter { !$0.isFlag }
      .flatMap { ["--\($0.name)", "-\($0.name)"] }
    return """
      # fish completion for runp

      # Succeeds when the cursor is behind this command; behind runp itself for none.
      function __runp_at
          set -l words (commandline -opc)
          set -e words[1]
          set -l found ""
          set -l skip no
          for word in $words
              if test $skip = yes
                  set skip no
                  continue
              end
              switch $word
                  case \(valued.joined(separator: " "))
                      test -z "$found"; and set skip yes
                  case '-*'
                  case '*'
                      if test -z "$found"
                          set found $word
                      else if contains -- "$found" \(groups.joined(separator: " "))
                          set found "$found $word"
                      end
              end
          end
          test "$found" = "$argv[1]"
      end

      complete -c runp -f

      """
  }

  private static func options(_ options: [OptionInfo], of command: String) -> String {
    options.map { option in
      let letter = option.letter.map { " -s \($0)" } ?? ""
      let value = option.isFlag ? "" : " -r " + (words(for: option.hint) ?? "-f")
      return line(command, "-l \(option.name)\(letter)\(value)", option.help)
    }.joined()
  }

  private static func line(_ command: String, _ what: String, _ help: String) -> String {
    "complete -c runp -n \(quoted("__runp_at \"\(command)\"")) \(what) -d \(quoted(help))\n"
  }

  private static func words(for hint: ValueHint) -> String? {
    switch hint {
    case .text, .newContainer, .newPod: nil
    case .file: "-F"
    case .directory: "-f -a '(__fish_complete_directories)'"
    case .choice(let words): "-f -a \(quoted(words.joined(separator: " ")))"
    case .container: "-f -a '(runp list --quiet 2>/dev/null)'"
    case .pod: "-f -a '(runp pod list --quiet 2>/dev/null)'"
    case .signal: "-f -a \(quoted(SignalName.standard.map { "SIG\($0)" }.joined(separator: " ")))"
    }
  }

  /// A word in single quotes, where fish knows two escapes.
  private static func quoted(_ text: String) -> String {
    "'"
      + text.reduce(into: "") { result, character in
        if character == "'" || character == "\\" { result.append("\\") }
        result.append(character)
      } + "'"
  }
}
