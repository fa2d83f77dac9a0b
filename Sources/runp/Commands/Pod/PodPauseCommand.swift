// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// Stops the processes of a pod's containers.
enum PodPauseCommand: Command {
  static let name = "pod pause"
  static let summary = "stop all processes of a pod's containers where they are"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(),
      details: """
        Each container that runs is paused. What joins the pod afterwards runs.
        """,
      arguments: [.pod], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try PodLifecycle.pause(arguments.id, context.runtime())
    return CommandStatus.success
  }
}
