// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Changes limits of a container.
enum UpdateCommand: Command {
  static let name = "update"
  static let summary = "change limits of a container"

  static var syntax: Syntax<UpdateArguments> {
    Syntax(
      defaults: UpdateArguments(), details: UpdateArguments.details, arguments: [.container],
      options: UpdateArguments.options, store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: UpdateArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try Lifecycle.update(arguments.id, try arguments.change(context), context.runtime())
    return CommandStatus.success
  }
}
