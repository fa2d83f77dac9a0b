// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
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
    var support = FeaturesDocument.Support()
    support.mountOptions = MountOptions.names
    support.apparmor = true
    support.selinux = true
    support.intelRdt = false
    support.memoryPolicy = true
    support.idMappedMounts = true
    support.netDevices = false
    support.cgroup.rdma = true
    support.seccompFlags = LinuxSeccompFlag.supported
    try Output.write(FeaturesDocument(support: support).json.text(.indented(by: "    ")) + "\n")
    return ExitStatus.success
  }
}
