// SPDX-License-Identifier: Apache-2.0

internal import Container

/// What a command was asked for that takes nothing but a container.
struct ContainerOptions: Equatable {
  /// The ID of the container.
  var id = ""
}

/// Runs the program of a created container.
enum StartCommand: Command {
  static let name = "start"
  static let summary = "run the program of a created container"

  static var syntax: Syntax<ContainerOptions> {
    Syntax(
      defaults: ContainerOptions(),
      details: """
        Returns when the program has been executed. If it cannot be, start fails with the reason \
        and the container is stopped.
        """,
      arguments: [.container], options: [], store: { $0.id = $1[0] })
  }

  static func run(
    _ options: ContainerOptions, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try Lifecycle.start(options.id, context.runtime)
    return ExitStatus.success
  }
}
