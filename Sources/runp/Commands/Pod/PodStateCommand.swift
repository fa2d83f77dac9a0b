// SPDX-License-Identifier: Apache-2.0

/// Shows the state of a pod.
enum PodStateCommand: CommandSyntax {
  static let name = "pod state"
  static let summary = "show the state of a pod and its containers as JSON"

  static var syntax: Syntax<PodOptions> {
    Syntax(
      defaults: PodOptions(), details: "", arguments: [.pod], options: [],
      store: { $0.id = $1[0] })
  }
}
