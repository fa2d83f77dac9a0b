// SPDX-License-Identifier: Apache-2.0

/// The completions for zsh.
enum ZshCompletion {
  /// The script.
  static func text(for commands: [CommandInfo]) -> String {
    let groups = ShellText.groups(of: commands)
    return """
      #compdef runp
      # zsh completion for runp

      __runp_containers() {
        local -a ids=(${(f)"$(_call_program containers runp $__runp_root list --quiet)"})
        compadd -a ids
      }

      __runp_pods() {
        local -a ids=(${(f)"$(_call_program pods runp $__runp_root pod list --quiet)"})
        compadd -a ids
      }

      \(groups.map { group($0, commands) }.joined())_runp() {
        local curcontext=$curcontext state line ret=1
        local -a commands __runp_root
        local -A opt_args
        commands=(
      \(described(ShellText.firstWords(of: commands).map { ($0, ShellText.summary(of: $0, in: commands)) }))  )
        _arguments -C -S -A '-*' \\
      \(specifications(HelpText.globalOptions))    '1:command:{ _describe command commands }' \\
          '*::argument:->argument' && ret=0
        [[ $state == argument ]] || return ret
        if (( $+opt_args[--root] )); then __runp_root=(--root $opt_args[--root]); fi
        if (( $+opt_args[-root] )); then __runp_root=(--root $opt_args[-root]); fi
        case $words[1] in
      \(groups.map { "    \($0)) __runp_\($0) ;;\n" }.joined())\(cases(commands.filter { !$0.name.contains(" ") }))  esac
      }

      if [[ $funcstack[1] == _runp ]]; then
        _runp "$@"
      else
        compdef _runp runp
      fi

      """
  }

  private static func group(_ group: String, _ commands: [CommandInfo]) -> String {
    let members = ShellText.members(of: group, in: commands)
    return """
      __runp_\(group)() {
        local curcontext=$curcontext state line ret=1
        local -a commands
        commands=(
      \(described(members.map { (ShellText.lastWord(of: $0), $0.summary) }))  )
        _arguments -C -A '-*' \\
      \(specifications([OptionScanner.help]))    '1:command:{ _describe command commands }' \\
          '*::argument:->argument' && ret=0
        [[ $state == argument ]] || return ret
        case $words[1] in
      \(cases(members))  esac
      }


      """
  }

  private static func described(_ rows: [(String, String)]) -> String {
    rows.map { "    \(ShellText.quoted("\($0.0):\(escaped($0.1))"))\n" }.joined()
  }

  private static func cases(_ commands: [CommandInfo]) -> String {
    commands.map { command in
      let flags = command.stopsAtFirstArgument ? "-s -S -A '-*'" : "-s -S"
      let arguments = command.arguments.enumerated().map { index, argument in
        let place = argument.count == .rest ? "*" : "\(index + 1)"
        let optional = argument.count == .optional ? ":" : ""
        return ShellText.quoted("\(place):\(optional)\(argument.name):\(action(argument.hint))")
      }
      let lines = arguments.map { " \\\n        \($0)" }.joined()
      let options = specifications(command.shownOptions, indent: 8).dropLast(3)
      return
        "    \(ShellText.lastWord(of: command)))\n      _arguments \(flags) \\\n\(options)\(lines)\n      ;;\n"
    }.joined()
  }

  /// The options as arguments of `_arguments`, each on a line that goes on.
  private static func specifications(_ options: [OptionInfo], indent: Int = 4) -> String {
    let margin = String(repeating: " ", count: indent)
    return options.flatMap { option in
      let names = option.repeats ? "*" : "(\(ShellText.names(of: option).joined(separator: " ")))"
      let value = option.valueName.map { ":\(escaped($0)):\(action(option.hint))" } ?? ""
      let offered = ShellText.names(of: option).map { name in
        let attached = value.isEmpty ? "" : (name.hasPrefix("--") ? "=" : "+")
        return "\(names)\(name)\(attached)[\(escaped(option.help))]\(value)"
      }
      // With one dash the name is known, and not offered.
      return offered + ["!\(names)-\(option.name)\(value.isEmpty ? "" : "=")\(value)"]
    }.map { "\(margin)\(ShellText.quoted($0)) \\\n" }.joined()
  }

  private static func action(_ hint: ValueHint) -> String {
    switch hint {
    case .text, .newContainer, .newPod: " "
    case .file: "_files"
    case .directory: "_files -/"
    case .choice(let words): "(\(words.joined(separator: " ")))"
    case .container: "__runp_containers"
    case .pod: "__runp_pods"
    case .signal: "_signals -s"
    }
  }

  /// Text without meaning for `_arguments`.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "[]:\\".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
