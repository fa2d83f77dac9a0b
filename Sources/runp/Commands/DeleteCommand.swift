// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// What `delete` was asked for.
struct DeleteArguments: HasID, Equatable {
  /// The ID of the container.
  var id = ""
  /// Whether it is killed first.
  var force = false
}

/// Removes what is left of a container.
enum DeleteCommand: Command {
  static let name = "delete"
  static let summary = "remove everything that a container holds"

  static var syntax: Syntax<DeleteArguments> {
    Syntax(
      defaults: DeleteArguments(),
      details: "Removes the processes, cgroup, mounts and state that create made.",
      arguments: [.container],
      options: [
        .flag("force", "f", "kill it first if it runs; no error if there is none") {
          $0.force = $1
        }
      ],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: DeleteArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try Lifecycle.delete(arguments.id, force: arguments.force, context.runtime())
    return CommandStatus.success
  }
}
