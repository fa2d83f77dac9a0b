// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// Shows the state of a container.
enum StateCommand: Command {
  static let name = "state"
  static let summary = "show the state of a container as JSON"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(),
      details: "The status is creating, created, running, paused or stopped.",
      arguments: [.container], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let runtime = try context.runtime()
    let status = try ContainerStatus.load(arguments.id, runtime)
    try Output.write(status.json(runtime).text(.indented(by: "  ")) + "\n")
    return CommandStatus.success
  }
}
