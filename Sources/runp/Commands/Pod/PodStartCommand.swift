// SPDX-License-Identifier: Apache-2.0

/// What a command was asked for that takes nothing but a pod.
struct PodOptions: Equatable {
  /// The ID of the pod.
  var id = ""
}

/// Starts the containers of a pod.
enum PodStartCommand: CommandSyntax {
  static let name = "pod start"
  static let summary = "start the containers of a pod in their order"

  static var syntax: Syntax<PodOptions> {
    Syntax(
      defaults: PodOptions(), details: "", arguments: [.pod], options: [],
      store: { $0.id = $1[0] })
  }
}
