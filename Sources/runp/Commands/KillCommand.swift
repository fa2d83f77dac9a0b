// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// What `kill` was asked for.
struct KillArguments: HasID, Equatable {
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

  static var syntax: Syntax<KillArguments> {
    Syntax(
      defaults: KillArguments(),
      details: "The signal is a number or a name, with or without SIG; SIGTERM if none is given.",
      arguments: [.container, .signal],
      options: [
        .flag("all", "a", "send it to all processes of the container") { $0.all = $1 }
      ],
      store: { arguments, words in
        arguments.id = words[0]
        if words.count > 1 { arguments.signal = words[1] }
      })
  }

  static func run(
    _ arguments: KillArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let signal = try SignalName.number(of: arguments.signal)
    try Lifecycle.kill(arguments.id, signal, all: arguments.all, context.runtime())
    return CommandStatus.success
  }
}

extension Argument {
  /// A signal, which has a default.
  static let signal = Argument(
    name: "SIGNAL", count: .optional, hint: .signal, help: "name or number of the signal")
}
