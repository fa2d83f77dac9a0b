// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// What is used of RDMA adapters, and may be (rdma.current, rdma.max).
struct RDMAStatistics {
  private let current: [CounterText.Line]
  private let limit: [CounterText.Line]

  /// Reads the files; nil without the controller.
  init?(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    guard let text = try cgroup.read("rdma.current") else { return nil }
    current = CounterText.nested(text)
    limit = CounterText.nested(try cgroup.read("rdma.max") ?? "")
  }

  /// The statistics as `events` prints them.
  var json: JSONValue { ["current": Self.json(current), "limit": Self.json(limit)] }

  private static func json(_ lines: [CounterText.Line]) -> JSONValue {
    .array(
      lines.map { line in
        [
          "device": .string(line.name), "hca_handles": JSONValue(line.number("hca_handle") ?? 0),
          "hca_objects": JSONValue(line.number("hca_object") ?? 0),
        ]
      })
  }
}
