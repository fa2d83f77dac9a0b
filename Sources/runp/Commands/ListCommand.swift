// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
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
    let containers = try Lifecycle.list(context.runtime())
    if arguments.quiet {
      try Output.write(containers.map { "\($0.record.id)\n" }.joined())
      return ExitStatus.success
    }
    let users = UserNames()
    switch arguments.format {
    case .json:
      let array = containers.map { entry(of: $0, users) }
      try Output.write(JSONValue.array(array).text() + "\n")
    case .table:
      let rows = containers.map {
        [
          $0.record.id, "\($0.pid)", $0.state.rawValue, $0.record.bundle, $0.record.created,
          users.name(of: $0.record.owner),
        ]
      }
      try Output.write(
        TextLayout.columns([["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]] + rows))
    }
    return ExitStatus.success
  }

  private static func entry(of status: ContainerStatus, _ users: UserNames) -> JSONValue {
    guard case .object(var members) = status.json else { return status.json }
    members["owner"] = .string(users.name(of: status.record.owner))
    return .object(members)
  }
}
