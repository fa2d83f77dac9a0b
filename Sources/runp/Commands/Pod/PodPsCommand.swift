// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import JSON
internal import Kernel
internal import Pod

/// Shows the processes of a pod's containers.
enum PodPsCommand: Command {
  static let name = "pod ps"
  static let summary = "show the processes of a pod's containers"

  static var syntax: Syntax<PsArguments> {
    PsArguments.syntax(
      .pod,
      details: """
        A table is that of ps, with the container of each process in front. JSON is an object with \
        an array of process IDs for each container.
        """)
  }

  static func run(
    _ arguments: PsArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    let containers = try PodLifecycle.processes(of: arguments.id, context.runtime())
    switch arguments.format {
    case .json:
      var document = OrderedMap<JSONValue>()
      for container in containers {
        document[container.id] = .array(container.processes.map { JSONValue($0) })
      }
      try Output.write(JSONValue.object(document).text() + "\n")
    case .table:
      let table = try ProcessTable(HostPs.output(arguments.options, context.environment))
      try Output.write(text(table, containers))
    }
    return CommandStatus.success
  }

  private static func text(
    _ table: ProcessTable, _ containers: [PodLifecycle.MemberProcesses]
  ) throws(RuntimeError) -> String {
    let title = "CONTAINER"
    let width = containers.map { $0.id.count }.reduce(title.count, max)
    func line(_ name: String, _ row: String) -> String {
      name + String(repeating: " ", count: width - name.count + 3) + row + "\n"
    }
    var text = line(title, table.header)
    for container in containers {
      let rows = try table.rows(of: Set(container.processes))
      text += rows.map { line(container.id, $0) }.joined()
    }
    return text
  }
}
