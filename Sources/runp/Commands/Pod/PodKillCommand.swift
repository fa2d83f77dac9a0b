// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Pod

/// What `pod kill` was asked for.
struct PodKillOptions: Equatable {
  /// The ID of the pod.
  var id = ""
  /// The signal as given.
  var signal = "SIGTERM"
}

/// Sends a signal to all containers of a pod.
enum PodKillCommand: Command {
  static let name = "pod kill"
  static let summary = "send a signal to all containers of a pod"

  static var syntax: Syntax<PodKillOptions> {
    Syntax(
      defaults: PodKillOptions(),
      details: "The signal is a number or a name, with or without SIG; SIGTERM if none is given.",
      arguments: [.pod, .signal], options: [],
      store: { options, words in
        options.id = words[0]
        if words.count > 1 { options.signal = words[1] }
      })
  }

  static func run(
    _ options: PodKillOptions, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let signal = try SignalName.number(of: options.signal)
    try PodLifecycle.kill(options.id, signal, context.runtime)
    return ExitStatus.success
  }
}
