// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What a `list` was asked for.
struct ListArguments: Equatable {
  /// How the list is printed.
  enum Format: String, CaseIterable {
    /// Columns with a header.
    case table
    /// An array of states.
    case json
  }

  /// How the list is printed.
  var format = Format.table
  /// Whether only the IDs are printed, one a line.
  var quiet = false

  /// The options of every list.
  static var options: [Option<ListArguments>] {
    [
      .choice("format", "f", "FORMAT", "table or json; default table") { $0.format = $1 },
      .flag("quiet", "q", "print only the IDs") { $0.quiet = $1 },
    ]
  }
}

/// Shows all containers.
enum ListCommand: Command {
  static let name = "list"
  static let summary = "show all containers of the state directory"

  static var syntax: Syntax<ListArguments> {
    Syntax(
      defaults: ListArguments(), details: "", arguments: [], options: ListArguments.options,
      store: { _, _ in })
  }

  static func run(
    _ arguments: ListArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let runtime = try context.runtime()
    if arguments.quiet {
      try Output.write(Lifecycle.listIDs(runtime).map { "\($0)\n" }.joined())
      return CommandStatus.success
    }
    let containers = try Lifecycle.list(annotations: arguments.format == .json, runtime)
    var users = UserNames()
    switch arguments.format {
    case .json:
      let array = containers.map { $0.json(owner: users.name(of: $0.owner)) }
      try Output.write(JSONValue.array(array).text() + "\n")
    case .table:
      var rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]]
      for container in containers {
        rows.append([
          container.id, "\(container.pid)", container.state.rawValue, container.bundle,
          container.created, users.name(of: container.owner),
        ])
      }
      try Output.write(TextLayout.columns(rows))
    }
    return CommandStatus.success
  }
}
