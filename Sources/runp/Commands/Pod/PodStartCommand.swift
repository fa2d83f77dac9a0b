// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// Starts the containers of a pod.
enum PodStartCommand: Command {
  static let name = "pod start"
  static let summary = "start the containers of a pod in their order"
  static let entersContainers = true

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(), details: "", arguments: [.pod], options: [],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try PodLifecycle.start(arguments.id, context.runtime())
    return CommandStatus.success
  }
}
