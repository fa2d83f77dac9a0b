// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `pod kill` was asked for.
struct PodKillArguments: HasID, Equatable {
  /// The ID of the pod.
  var id = ""
  /// The signal as given.
  var signal = "SIGTERM"
}

/// Sends a signal to all containers of a pod.
enum PodKillCommand: Command {
  static let name = "pod kill"
  static let summary = "send a signal to all containers of a pod"

  static var syntax: Syntax<PodKillArguments> {
    Syntax(
      defaults: PodKillArguments(),
      details: "The signal is a number or a name, with or without SIG; SIGTERM if none is given.",
      arguments: [.pod, .signal], options: [],
      store: { arguments, words in
        arguments.id = words[0]
        if words.count > 1 { arguments.signal = words[1] }
      })
  }

  static func run(
    _ arguments: PodKillArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let signal = try SignalName.number(of: arguments.signal)
    try PodLifecycle.kill(arguments.id, signal, context.runtime())
    return CommandStatus.success
  }
}
