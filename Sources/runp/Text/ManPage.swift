// SPDX-License-Identifier: Apache-2.0

internal import Container

/// The manual page runp(8), in the macros of groff_man(7).
enum ManPage {
  /// The page with a section for each of the commands.
  static func text(for commands: [CommandInfo]) -> String {
    """
    .TH RUNP 8 "" "runp \(runtimeVersion)" "System Administration"
    .SH NAME
    runp \\- \(escaped(HelpText.summary))
    .SH SYNOPSIS
    .B runp
    .RI [ "GLOBAL OPTIONS" ]
    .I COMMAND
    .RI [ OPTIONS ]
    .RI [ ARGUMENTS ]
    .SH DESCRIPTION
    \(paragraphs(description)).SH GLOBAL OPTIONS
    These stand before the command.
    \(options(HelpText.globalOptions)).SH COMMANDS
    \(commands.map(section).joined()).SH EXIT STATUS
    \(exitStatus).SH ENVIRONMENT
    \(environment).SH FILES
    \(files).SH SEE ALSO
    .BR cgroups (7),
    .BR namespaces (7),
    .UR https://github.com/opencontainers/runtime\\-spec
    the OCI runtime specification
    .UE

    """
  }

  private static let description = """
    runp makes, starts, signals and removes containers as the OCI runtime specification \
    describes them in a bundle: a directory with a config.json and a root file system. It takes \
    the command lines of runc and can stand in its place under containerd, CRI-O and podman.

    A pod is a set of containers that share network, IPC and UTS namespaces, /dev/shm, volumes and \
    resource limits. No process is needed to hold it.

    There is no daemon. Every command does one thing and exits. Options may be written with one \
    dash or two, and their values after a space or an equals sign.
    """

  private static let exitStatus = """
    .TP
    .B 0
    Success.
    .TP
    .B 1
    The command failed, or its usage was wrong.
    .TP
    .B 255
    .B runp exec
    could not run the program.
    .PP
    .B runp run
    and
    .B runp exec
    otherwise exit with the status of the program, or with 128 plus the number of the signal that
    killed it.

    """

  private static let environment = """
    .TP
    .B DBUS_SESSION_BUS_ADDRESS
    Where users reach their systemd, a local socket
    .RI ( unix:path= PATH);
    otherwise, or if nobody answers there, at
    .I $XDG_RUNTIME_DIR/bus
    or
    .IR /run/user/ UID /bus .
    .TP
    .BR LISTEN_FDS ", " LISTEN_FDNAMES ", " LISTEN_PID
    Sockets that are passed on to the container, as sd_listen_fds(3) has it.
    .TP
    .B PATH
    Where ps(1) is looked for.
    .TP
    .B XDG_RUNTIME_DIR
    Where the state of users is.

    """

  private static let files = """
    .TP
    .I /run/runp
    State of containers and pods for root.
    .TP
    .I $XDG_RUNTIME_DIR/runp
    The same for users.

    """

  private static func section(_ command: CommandInfo) -> String {
    let placeholders = command.arguments.map { " \\fI\(escaped($0.placeholder))\\fR" }.joined()
    var text = """
      .SS runp \(escaped(command.name)) [\\fIOPTIONS\\fR]\(placeholders)
      \(sentence(command.summary))

      """
    if !command.details.isEmpty { text += ".PP\n" + paragraphs(command.details) }
    return text + options(command.options.filter { !$0.isHidden })
  }

  private static func options(_ options: [OptionInfo]) -> String {
    options.map { option in
      let letter = option.letter.map { "\\fB\\-\($0)\\fR, " } ?? ""
      let value = option.valueName.map { " \\fI\(escaped($0))\\fR" } ?? ""
      return """
        .TP
        \(letter)\\fB\\-\\-\(escaped(option.name))\\fR\(value)
        \(sentence(option.helpWithRepetition))

        """
    }.joined()
  }

  private static func paragraphs(_ text: String) -> String {
    TextLayout.paragraphs(text).map { "\(escaped($0))\n" }.joined(separator: ".PP\n")
  }

  private static func sentence(_ text: String) -> String {
    escaped(text.prefix(1).uppercased() + text.dropFirst() + ".")
  }

  /// Text without meaning for roff.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      switch character {
      case "\\": escaped += "\\e"
      case "-": escaped += "\\-"
      case "'": escaped += "\\(aq"
      case "." where escaped.isEmpty || escaped.last == "\n": escaped += "\\&\(character)"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
