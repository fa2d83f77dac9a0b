// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Runs the program of a created container.
enum StartCommand: Command {
  static let name = "start"
  static let summary = "run the program of a created container"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(),
      details: """
        Returns when the program has been executed. If it cannot be, start fails with the reason \
        and the container is stopped.
        """,
      arguments: [.container], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try Lifecycle.start(arguments.id, context.runtime())
    return CommandStatus.success
  }
}
