// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `run` was asked for.
struct RunArguments: HasCreationArguments, Equatable {
  /// The part that `create` has, too.
  var creation = CreationArguments()
  /// Whether runp returns when the container has started.
  var detach = false
  /// Whether the container is kept after its end.
  var keep = false
  /// Whether runp does without becoming the reaper of the container's orphans.
  var noSubreaper = false
}

/// Makes a container, starts it and waits for its end.
enum RunCommand: Command {
  static let name = "run"
  static let summary = "create and start a container and wait for its end"
  static let entersContainers = true

  static var syntax: Syntax<RunArguments> {
    Syntax(
      defaults: RunArguments(),
      details: """
        Does what create, start and, at the container's end, delete do. Signals are passed on. \
        The exit status is that of the container's program, or 128 plus the number of the signal \
        that killed it.
        """,
      arguments: [.newContainer],
      options: Option.creation + [
        .flag("detach", "d", "return when the container has started") { $0.detach = $1 },
        .flag("keep", nil, "do not delete the container after its end") { $0.keep = $1 },
        .flag("no-subreaper", nil, "do not become the reaper of the container's orphans") {
          $0.noSubreaper = $1
        },
      ],
      store: { $0.creation.id = $1[0] })
  }

  static func run(
    _ arguments: RunArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let runtime = try context.runtime()
    context.warnOfNotifySocket()
    var creation = try arguments.creation.createOptions()
    let found = try arguments.creation.loadBundle(runtime)
    let (bundle, membership) = try Membership.enter(found, &creation, runtime)
    var how = RunOptions()
    how.detach = arguments.detach
    how.keep = arguments.keep
    how.noSubreaper = arguments.noSubreaper
    let status = try Lifecycle.run(bundle, creation, how, runtime)
    withExtendedLifetime(membership) {}
    return status
  }
}
