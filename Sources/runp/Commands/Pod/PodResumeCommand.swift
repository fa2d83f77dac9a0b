// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// Lets the processes of a pod's containers go on.
enum PodResumeCommand: Command {
  static let name = "pod resume"
  static let summary = "let the processes of a pod's paused containers go on"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(),
      details: "",
      arguments: [.pod], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try PodLifecycle.resume(arguments.id, context.runtime())
    return CommandStatus.success
  }
}
