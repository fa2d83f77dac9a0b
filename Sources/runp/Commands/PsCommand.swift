// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// What a `ps` was asked for.
struct PsArguments: HasID, Equatable {
  /// The ID of the container or pod.
  var id = ""
  /// How the processes are printed.
  var format = ListArguments.Format.table
  /// The options of ps(1).
  var options: [String] = []

  /// The table of a `ps` for a container or a pod.
  static func syntax(_ subject: Argument, details: String) -> Syntax<PsArguments> {
    Syntax(
      defaults: PsArguments(), details: details,
      arguments: [
        subject,
        Argument(name: "OPTION", count: .rest, hint: .text, help: "options of ps(1); default -ef"),
      ],
      options: [
        .choice("format", "f", "FORMAT", "table or json; default table") { $0.format = $1 }
      ],
      stopsAtFirstArgument: true,
      store: { arguments, words in
        arguments.id = words[0]
        arguments.options = Array(words.dropFirst())
      })
  }
}

/// Shows the processes of a container.
enum PsCommand: Command {
  static let name = "ps"
  static let summary = "show the processes of a container"

  static var syntax: Syntax<PsArguments> {
    PsArguments.syntax(
      .container,
      details: """
        A table is what the host's ps prints with the options given, without the processes of \
        others; the options need a column PID. JSON is an array of the process IDs. Processes are \
        counted as the caller's PID namespace does.
        """)
  }

  static func run(
    _ arguments: PsArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let processes = try Lifecycle.processes(of: arguments.id, context.runtime())
    switch arguments.format {
    case .json:
      try Output.write(JSONValue.array(processes.map { JSONValue($0) }).text() + "\n")
    case .table:
      let table = try ProcessTable(HostPs.output(arguments.options, context.environment))
      let lines = [table.header] + (try table.rows(of: Set(processes)))
      try Output.write(lines.map { "\($0)\n" }.joined())
    }
    return CommandStatus.success
  }
}
