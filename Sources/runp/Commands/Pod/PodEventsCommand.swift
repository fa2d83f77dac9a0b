// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import Pod

/// Tells what happens in a pod.
enum PodEventsCommand: Command {
  static let name = "pod events"
  static let summary = "tell what a pod uses and what happens in it"

  static var syntax: Syntax<EventsArguments> {
    EventsArguments.syntax(
      .pod,
      details: """
        Lines are those of events, with the pod's name. One without a container is about the pod \
        as a whole: its counters are sums, and oom and pids-max are about its own limits. What joins \
        the pod is seen when it comes, unless it is deleted before it could be looked at. It ends \
        when the pod is removed.
        """)
  }

  static func run(
    _ arguments: EventsArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let runtime = try context.runtime()
    func tell(_ line: EventLine) throws(RuntimeError) {
      try Output.write(line.json(pod: arguments.id).text() + "\n")
    }
    if arguments.once {
      for line in try PodLifecycle.statistics(of: arguments.id, runtime) { try tell(line) }
    } else {
      try PodLifecycle.follow(arguments.id, interval: arguments.interval, runtime, tell)
    }
    return CommandStatus.success
  }
}
