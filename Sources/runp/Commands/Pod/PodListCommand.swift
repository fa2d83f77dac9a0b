// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import Pod

/// Shows all pods.
enum PodListCommand: Command {
  static let name = "pod list"
  static let summary = "show all pods of the state directory"

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
      try Output.write(PodStatus.listIDs(runtime).map { "\($0)\n" }.joined())
      return CommandStatus.success
    }
    let pods = try PodStatus.list(runtime)
    if arguments.format == .json {
      try Output.write(JSONValue.array(pods.map { $0.json }).text() + "\n")
    } else {
      try Output.write(table(pods))
    }
    return CommandStatus.success
  }

  private static func table(_ pods: [PodStatus]) -> String {
    TextLayout.columns(
      [["ID", "STATUS", "CONTAINERS", "CREATED"]]
        + pods.map { [$0.id, $0.summary.rawValue, "\($0.members.count)", $0.created] })
  }
}
