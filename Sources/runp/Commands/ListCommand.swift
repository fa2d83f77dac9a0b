// SPDX-License-Identifier: Apache-2.0

/// What a `list` was asked for.
struct ListOptions: Equatable {
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
  static var options: [Option<ListOptions>] {
    [
      .choice("format", "f", "FORMAT", "table or json; default table") { $0.format = $1 },
      .flag("quiet", "q", "print only the IDs") { $0.quiet = $1 },
    ]
  }
}

/// Shows all containers.
enum ListCommand: CommandSyntax {
  static let name = "list"
  static let summary = "show all containers of the state directory"

  static var syntax: Syntax<ListOptions> {
    Syntax(
      defaults: ListOptions(), details: "", arguments: [], options: ListOptions.options,
      store: { _, _ in })
  }
}
