// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `pod stop` was asked for.
struct PodStopArguments: HasID, Equatable {
  /// The ID of the pod.
  var id = ""
  /// How long a container gets before it is killed; nil for what the pod's file says.
  var seconds: UInt32?
}

/// Stops the containers of a pod.
enum PodStopCommand: Command {
  static let name = "pod stop"
  static let summary = "stop the containers of a pod in reverse order"

  static var syntax: Syntax<PodStopArguments> {
    Syntax(
      defaults: PodStopArguments(),
      details: """
        Each container gets its stopSignal and, if it has not ended in time, is killed.
        """,
      arguments: [.pod],
      options: [
        .parsed(
          "timeout", "t", "SECONDS", "time before a container is killed", Value.seconds
        ) { $0.seconds = $1 }
      ],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: PodStopArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try PodLifecycle.stop(arguments.id, timeout: arguments.seconds, context.runtime())
    return CommandStatus.success
  }
}
