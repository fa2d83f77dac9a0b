// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Shows what runp understands.
enum FeaturesCommand: Command {
  static let name = "features"
  static let summary = "show what runp understands as JSON"

  static var syntax: Syntax<Void> {
    Syntax(
      defaults: (),
      details: """
        The form is that of the features structure of the OCI runtime specification. What is \
        listed is understood, even where the running kernel lacks it.
        """,
      arguments: [], options: [], store: { _, _ in })
  }

  static func run(_ arguments: Void, _ context: CommandContext) throws(RuntimeError) -> Int32 {
    let document = FeaturesDocument(
      mountOptions: MountOptions.names, seccompFlags: LinuxSeccompFlag.supported)
    try Output.write(document.json.text(.indented(by: "    ")) + "\n")
    return CommandStatus.success
  }
}
