// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// Changes the limits that hold for all containers of a pod together.
enum PodUpdateCommand: Command {
  static let name = "pod update"
  static let summary = "change the limits that a pod's containers have together"

  static var syntax: Syntax<UpdateArguments> {
    Syntax(
      defaults: UpdateArguments(), details: UpdateArguments.details, arguments: [.pod],
      options: UpdateArguments.options, store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: UpdateArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try PodLifecycle.update(arguments.id, try arguments.change(context), context.runtime())
    return CommandStatus.success
  }
}
