// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import Pod

/// Shows the state of a pod.
enum PodStateCommand: Command {
  static let name = "pod state"
  static let summary = "show the state of a pod and its containers as JSON"

  static var syntax: Syntax<IDArguments> {
    Syntax(
      defaults: IDArguments(), details: "", arguments: [.pod], options: [],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: IDArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let status = try PodStatus.load(arguments.id, context.runtime())
    try Output.write(status.json.text(.indented(by: "  ")) + "\n")
    return CommandStatus.success
  }
}
