// SPDX-License-Identifier: Apache-2.0

/// Shows all pods.
enum PodListCommand: CommandSyntax {
  static let name = "pod list"
  static let summary = "show all pods of the state directory"

  static var syntax: Syntax<ListOptions> {
    Syntax(
      defaults: ListOptions(), details: "", arguments: [], options: ListOptions.options,
      store: { _, _ in })
  }
}
