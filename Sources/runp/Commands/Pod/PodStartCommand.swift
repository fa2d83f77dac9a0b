// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Pod

/// What a command was asked for that takes nothing but a pod.
struct PodOptions: Equatable {
  /// The ID of the pod.
  var id = ""
}

/// Starts the containers of a pod.
enum PodStartCommand: Command {
  static let name = "pod start"
  static let summary = "start the containers of a pod in their order"

  static var syntax: Syntax<PodOptions> {
    Syntax(
      defaults: PodOptions(), details: "", arguments: [.pod], options: [],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ options: PodOptions, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    do {
      try PodLifecycle.start(options.id, context.runtime)
    } catch {
      throw error.adding("pod start \(options.id)")
    }
    return ExitStatus.success
  }
}
