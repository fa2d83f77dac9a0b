// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Lets the processes of a container go on.
enum ResumeCommand: Command {
  static let name = "resume"
  static let summary = "let the processes of a paused container go on"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(),
      details: "",
      arguments: [.container], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try Lifecycle.resume(arguments.id, context.runtime())
    return CommandStatus.success
  }
}
