// SPDX-License-Identifier: Apache-2.0

/// Shows the state of a container.
enum StateCommand: CommandSyntax {
  static let name = "state"
  static let summary = "show the state of a container as JSON"

  static var syntax: Syntax<ContainerOptions> {
    Syntax(
      defaults: ContainerOptions(),
      details: "The status is creating, created, running, paused or stopped.",
      arguments: [.container], options: [], store: { $0.id = $1[0] })
  }
}
