// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `pod delete` was asked for.
struct PodDeleteArguments: HasID, Equatable {
  /// The ID of the pod.
  var id = ""
  /// Whether its containers are killed first.
  var force = false
}

/// Removes what is left of a pod.
enum PodDeleteCommand: Command {
  static let name = "pod delete"
  static let summary = "remove everything that a pod holds"

  static var syntax: Syntax<PodDeleteArguments> {
    Syntax(
      defaults: PodDeleteArguments(), details: "", arguments: [.pod],
      options: [
        .flag("force", "f", "kill its containers first; no error if there is no such pod") {
          $0.force = $1
        }
      ],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: PodDeleteArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    try PodLifecycle.delete(arguments.id, force: arguments.force, context.runtime())
    return CommandStatus.success
  }
}
