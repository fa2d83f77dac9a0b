// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import Pod

/// What `create` was asked for.
struct CreateArguments: HasCreationArguments, Equatable {
  /// The part that `run` has, too.
  var creation = CreationArguments()
}

/// Makes a container and stops before its program runs.
enum CreateCommand: Command {
  static let name = "create"
  static let summary = "create a container from a bundle"
  static let entersContainers = true

  static var syntax: Syntax<CreateArguments> {
    Syntax(
      defaults: CreateArguments(),
      details: """
        Makes everything that the bundle's config.json asks for: namespaces, cgroup, mounts. \
        The container's program does not run before 'runp start'.
        """,
      arguments: [.newContainer],
      options: Option.creation + [
        .flag("detach", "d", "ignored: create never waits") { _, _ in }.hidden,
        .flag("no-subreaper", nil, "ignored: create never waits") { _, _ in }.hidden,
      ],
      store: { $0.creation.id = $1[0] })
  }

  static func run(
    _ arguments: CreateArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let runtime = try context.runtime()
    context.warnOfNotifySocket()
    var how = try arguments.creation.createOptions()
    let found = try arguments.creation.loadBundle(runtime)
    let (bundle, membership) = try Membership.enter(found, &how, runtime)
    _ = try Lifecycle.create(bundle, how, runtime)
    withExtendedLifetime(membership) {}
    return CommandStatus.success
  }
}
