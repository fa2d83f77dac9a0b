// SPDX-License-Identifier: Apache-2.0

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
enum KillCommand: CommandSyntax {
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
}

extension Argument {
  /// A signal, which has a default.
  static let signal = Argument(
    name: "SIGNAL", count: .optional, hint: .signal, help: "name or number of the signal")
}
