// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel

/// What an `events` was asked for.
struct EventsArguments: HasID, Equatable {
  /// The ID of the container or pod.
  var id = ""
  /// Whether the counters are printed once, and nothing else.
  var once = false
  /// The time between two looks at the counters, in milliseconds.
  var interval: UInt64 = 5000

  /// The table of an `events` for a container or a pod.
  static func syntax(_ subject: Argument, details: String) -> Syntax<EventsArguments> {
    Syntax(
      defaults: EventsArguments(), details: details, arguments: [subject],
      options: [
        .parsed(
          "interval", nil, "TIME", "time between two lines of counters, such as 100ms; default 5s",
          interval
        ) { $0.interval = $1 },
        .flag("stats", nil, "print the counters once and exit") { $0.once = $1 },
      ],
      store: { $0.id = $1[0] })
  }

  private static func interval(_ text: String, _ option: String) throws(UsageError) -> UInt64 {
    if let interval = GoDuration.milliseconds(text) { return interval }
    throw Value.invalid(
      text, of: option, "duration interval must be greater than 0, such as 100ms or 1m30s")
  }
}

/// Tells what happens in a container.
enum EventsCommand: Command {
  static let name = "events"
  static let summary = "tell what a container uses and what happens in it"

  static var syntax: Syntax<EventsArguments> {
    EventsArguments.syntax(
      .container,
      details: """
        Each line is a JSON object: stats with the kernel's counters at each interval, oom when a \
        process is killed for want of memory, pids-max when a process cannot be made for \
        pids.max, and end, the last one. An end whose oomKills are null comes from a cgroup that was \
        gone before its count could be read.
        """)
  }

  static func run(
    _ arguments: EventsArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let runtime = try context.runtime()
    func tell(_ line: EventLine) throws(RuntimeError) {
      try Output.write(line.json().text() + "\n")
    }
    if arguments.once {
      try tell(try Lifecycle.statistics(of: arguments.id, runtime))
    } else {
      try Lifecycle.follow(arguments.id, interval: arguments.interval, runtime, tell)
    }
    return CommandStatus.success
  }
}
