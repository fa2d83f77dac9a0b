// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `pod run` was asked for.
struct PodRunArguments: Equatable {
  /// The ID for the pod; nil for the file's name without `.json`.
  var id: String?
  /// The pod's document.
  var file: String?
  /// Whether runp returns when the containers have started.
  var detach = false
}

/// Makes a pod, starts it and looks after it until its end.
enum PodRunCommand: Command {
  static let name = "pod run"
  static let summary = "create and start a pod and look after it until its end"
  static let entersContainers = true

  static var syntax: Syntax<PodRunArguments> {
    Syntax(
      defaults: PodRunArguments(),
      details: """
        Each line of a container's output gets the container's name in front. Containers that end \
        are started again as their restartPolicy says. Ctrl-C stops them in reverse order.
        """,
      arguments: [
        Argument(
          name: "POD", count: .optional, hint: .newPod,
          help: "ID for the new pod; default the file's name")
      ],
      options: [
        .path("file", "f", "FILE", "read the pod from a JSON file") { $0.file = $1 },
        .flag("detach", "d", "return when the containers have started") { $0.detach = $1 },
      ],
      store: { $0.id = $1.first })
  }

  static func subject(of arguments: PodRunArguments) -> String? {
    arguments.id ?? arguments.file
  }

  static func run(
    _ arguments: PodRunArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    guard let file = arguments.file else {
      throw RuntimeError(.failed, "it needs a file: pass one with --file")
    }
    let document = try PodDocument(reading: file)
    let id: String
    if let given = arguments.id { id = given } else { id = try defaultID(of: document) }
    if arguments.detach {
      try PodLifecycle.runDetached(id, document, context.runtime())
      return CommandStatus.success
    }
    return try PodSupervisor(id, document, context.runtime()).run()
  }

  /// The ID that the file's name makes.
  private static func defaultID(of document: PodDocument) throws(RuntimeError) -> String {
    do {
      try ID.check(document.defaultID, of: "pod")
      return document.defaultID
    } catch {
      throw RuntimeError(
        .failed, "the file's name makes no ID for the pod, pass one: \(error.message)")
    }
  }
}
