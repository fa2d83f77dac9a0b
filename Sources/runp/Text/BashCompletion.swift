// SPDX-License-Identifier: Apache-2.0

/// The completions for bash; they need no other package.
enum BashCompletion {
  /// The script.
  static func text(for commands: [CommandInfo]) -> String {
    let scopes =
      [Scope(name: "", options: HelpText.globalOptions, arguments: [])]
      + commands.map { Scope(name: $0.name, options: $0.shownOptions, arguments: $0.arguments) }
    return """
      # bash completion for runp

      # Prints the options of a command; of runp itself for an empty name.
      __runp_options() {
        case $1 in
      \(scopes.map(optionWords).joined())  esac
      }

      # Prints what can follow a word: commands after runp or a group.
      __runp_commands() {
        case $1 in
      \(commandWords(commands))  esac
      }

      # Tells whether an option of a command takes a value.
      __runp_takes_value() {
        case "$1 $2" in
      \(scopes.map(valued).joined())    *) return 1 ;;
        esac
      }

      # Offers values for an option of a command.
      __runp_value() {
        case "$1 $2" in
      \(scopes.map(values).joined())  esac
      }

      # Offers words for an argument of a command by its number.
      __runp_argument() {
        case "$1 $2" in
      \(scopes.map(arguments).joined())  esac
      }

      # Tells whether options end at the command's first argument.
      __runp_stops() {
        case $1 in
      \(stopping(commands))    *) return 1 ;;
        esac
      }
      \(functions)
      """
  }

  private struct Scope {
    let name: String
    let options: [OptionInfo]
    let arguments: [Argument]
  }

  private static func optionWords(_ scope: Scope) -> String {
    let words = scope.options.flatMap(ShellText.names).joined(separator: " ")
    return "    \(ShellText.quoted(scope.name))) echo \(ShellText.quoted(words)) ;;\n"
  }

  private static func commandWords(_ commands: [CommandInfo]) -> String {
    let first = ShellText.firstWords(of: commands).joined(separator: " ")
    return ShellText.groups(of: commands).reduce("    '') echo \(ShellText.quoted(first)) ;;\n") {
      let members = ShellText.members(of: $1, in: commands).map(ShellText.lastWord)
      return $0 + "    \($1)) echo \(ShellText.quoted(members.joined(separator: " "))) ;;\n"
    }
  }

  private static func stopping(_ commands: [CommandInfo]) -> String {
    let names = commands.filter { $0.stopsAtFirstArgument }.map { ShellText.quoted($0.name) }
    return names.isEmpty ? "" : "    \(names.joined(separator: " | "))) ;;\n"
  }

  private static func valued(_ scope: Scope) -> String {
    let options = scope.options.filter { !$0.isFlag }
    if options.isEmpty { return "" }
    return "    \(options.map { pattern(scope, $0) }.joined(separator: " | "))) ;;\n"
  }

  private static func values(_ scope: Scope) -> String {
    scope.options.filter { !$0.isFlag }.map { option in
      "    \(pattern(scope, option))) \(words(for: option.hint)) ;;\n"
    }.joined()
  }

  private static func pattern(_ scope: Scope, _ option: OptionInfo) -> String {
    ShellText.names(of: option).map { ShellText.quoted("\(scope.name) \($0)") }
      .joined(separator: " | ")
  }

  private static func arguments(_ scope: Scope) -> String {
    scope.arguments.enumerated().map { index, argument in
      let pattern = ShellText.quoted("\(scope.name) \(index + 1)")
      return "    \(pattern)) \(words(for: argument.hint)) ;;\n"
    }.joined()
  }

  private static func words(for hint: ValueHint) -> String {
    switch hint {
    case .text, .newContainer, .newPod: ":"
    case .file: "__runp_paths -f"
    case .directory: "__runp_paths -d"
    case .choice(let words): "__runp_words \(ShellText.quoted(words.joined(separator: " ")))"
    case .container: "__runp_words \"$(__runp_ids list)\""
    case .pod: "__runp_words \"$(__runp_ids pod list)\""
    case .signal: "__runp_words \"$(compgen -A signal SIG)\""
    }
  }

  private static let functions = """

    __runp_words() {
      local word
      while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
    }

    __runp_paths() {
      local path
      compopt -o filenames 2>/dev/null
      while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$cur")
    }

    __runp_ids() {
      "${COMP_WORDS[0]}" "${root[@]}" "$@" --quiet 2>/dev/null
    }

    # Prints the name under which an option is listed: long names may have one
    # dash, and the last of several letters may take a value.
    __runp_option() {
      case $2 in
        -[!-]?*)
          if [[ " $(__runp_options "$1") " == *" -$2 "* ]]; then
            echo "-$2"
          elif ! __runp_takes_value "$1" "${2:0:2}"; then
            echo "-${2: -1}"
          fi
          ;;
        *) echo "$2" ;;
      esac
    }

    _runp() {
      local cur=${COMP_WORDS[COMP_CWORD]} word command= option= count=0 index
      local -a root=()
      COMPREPLY=()
      # bash makes three words of --option=value.
      if [[ $cur == = ]]; then cur=; fi
      for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $word == = ]]; then
          : "${option:=-}"
        elif [[ -n $option ]]; then
          if [[ $option == --root ]]; then root=(--root "$word"); fi
          option=
        elif [[ $word == -?(-)root=* ]]; then
          root=(--root "${word#*=}")
        elif [[ $word == -* ]]; then
          word=$(__runp_option "$command" "$word")
          if __runp_takes_value "$command" "$word"; then option=$word; fi
        elif [[ -n $(__runp_commands "$command") ]]; then
          command="${command:+$command }$word"
        else
          ((++count))
        fi
      done
      if [[ ${COMP_WORDS[COMP_CWORD]} == = ]]; then : "${option:=-}"; fi
      if [[ -n $option ]]; then
        __runp_value "$command" "$option"
      elif ((count > 0)) && __runp_stops "$command"; then
        return 0
      elif [[ $cur == -* ]]; then
        __runp_words "$(__runp_options "$command")"
      elif [[ -n $(__runp_commands "$command") ]]; then
        __runp_words "$(__runp_commands "$command")"
      else
        __runp_argument "$command" $((count + 1))
      fi
    }

    complete -F _runp runp

    """
}
