// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Prints the manual page, for the build.
enum ManCommand: Command {
  static let name = "man"
  static let summary = "print the manual page runp(8)"
  static let isHidden = true

  static var syntax: Syntax<Void> {
    Syntax(defaults: (), details: "", arguments: [], options: [], store: { _, _ in })
  }

  static func run(_ arguments: Void, _ context: CommandContext) throws(RuntimeError) -> Int32 {
    try Output.write(ManPage.text(for: CommandTable.shown))
    return CommandStatus.success
  }
}
