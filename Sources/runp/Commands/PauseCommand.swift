// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Stops the processes of a container.
enum PauseCommand: Command {
  static let name = "pause"
  static let summary = "stop all processes of a container where they are"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(),
      details: """
        Processes stand still until resume. SIGKILL and delete --force end a paused container, too; \
        other signals reach it when it is resumed.
        """,
      arguments: [.container], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try Lifecycle.pause(arguments.id, context.runtime())
    return CommandStatus.success
  }
}
