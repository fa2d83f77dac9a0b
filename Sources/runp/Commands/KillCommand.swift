// SPDX-License-Identifier: Apache-2.0

internal import Container

/// What `kill` was asked for.
struct KillOptions: Equatable {
  /// The ID of the container.
  var id = ""
  /// The signal as given.
  var signal = "SIGTERM"
  /// Whether all of the container's processes get it.
  var all = false
}

/// Sends a signal to a container.
enum KillCommand: Command {
  static let name = "kill"
  static let summary = "send a signal to a container's init process"

  static var syntax: Syntax<KillOptions> {
    Syntax(
      defaults: KillOptions(),
      details: "The signal is a number or a name, with or without SIG; SIGTERM if none is given.",
      arguments: [.container, .signal],
      options: [
        .flag("all", "a", "send it to all processes of the container") { $0.all = $1 }
      ],
      store: { options, words in
        options.id = words[0]
        if words.count > 1 { options.signal = words[1] }
      })
  }

  static func run(
    _ options: KillOptions, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let signal = try SignalName.number(of: options.signal)
    try Lifecycle.kill(options.id, signal, all: options.all, context.runtime)
    return ExitStatus.success
  }
}

extension Argument {
  /// A signal, which has a default.
  static let signal = Argument(
    name: "SIGNAL", count: .optional, hint: .signal, help: "name or number of the signal")
}
