// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// What has gone through the network interfaces of a process's network
/// namespace (`/proc/PID/net/dev`, proc(5)).
enum NetworkCounters {
  /// The places of the counters that are shown in a line, after the name.
  private static let columns: [(key: String, place: Int)] = [
    ("RxBytes", 0), ("RxPackets", 1), ("RxErrors", 2), ("RxDropped", 3),
    ("TxBytes", 8), ("TxPackets", 9), ("TxErrors", 10), ("TxDropped", 11),
  ]

  /// Reads the counters of a process's interfaces, an object for each.
  static func read(of pid: Int32) throws(RuntimeError) -> JSONValue {
    json(try File.readText("/proc/\(pid)/net/dev"))
  }

  /// The interfaces of a text of that form.
  static func json(_ text: String) -> JSONValue {
    var interfaces: [JSONValue] = []
    // Two lines are the head of the table.
    for line in text.split(separator: "\n").dropFirst(2) {
      guard let colon = line.lastIndex(of: ":") else { continue }
      let counters = line[line.index(after: colon)...].split(separator: " ").map { UInt64($0) ?? 0 }
      var interface: OrderedMap<JSONValue> = [
        "Name": .string(String(line[..<colon].drop { $0 == " " }))
      ]
      for column in columns where column.place < counters.count {
        interface[column.key] = JSONValue(counters[column.place])
      }
      interfaces.append(.object(interface))
    }
    return .array(interfaces)
  }
}
