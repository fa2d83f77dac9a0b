// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Pod

/// Shows the state of a pod.
enum PodStateCommand: Command {
  static let name = "pod state"
  static let summary = "show the state of a pod and its containers as JSON"

  static var syntax: Syntax<PodOptions> {
    Syntax(
      defaults: PodOptions(), details: "", arguments: [.pod], options: [],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ options: PodOptions, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let status = try PodStatus.load(options.id, context.runtime)
    try Output.write(status.json.text(.indented(by: "  ")) + "\n")
    return ExitStatus.success
  }
}
