// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `pod create` was asked for.
struct PodCreateArguments: HasID, Equatable {
  /// The ID for the pod.
  var id = ""
  /// The pod's document, when given.
  var file: String?
}

/// Makes a pod and the containers that its document lists.
enum PodCreateCommand: Command {
  static let name = "pod create"
  static let summary = "create a pod and the containers that its file lists"
  static let entersContainers = true

  static var syntax: Syntax<PodCreateArguments> {
    Syntax(
      defaults: PodCreateArguments(),
      details: """
        Without a file the pod has network, IPC and UTS namespaces of its own and no containers.
        """,
      arguments: [.newPod],
      options: [.path("file", "f", "FILE", "read the pod from a JSON file") { $0.file = $1 }],
      store: { $0.id = $1[0] })
  }

  static func run(
    _ arguments: PodCreateArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let document = try arguments.file.map(PodDocument.init(reading:)) ?? PodDocument()
    try PodLifecycle.create(arguments.id, document, context.runtime())
    return CommandStatus.success
  }
}
