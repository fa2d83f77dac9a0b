// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The CPUs and memory nodes that may be used (cpuset.cpus.effective,
/// cpuset.mems.effective).
struct CPUSetStatistics {
  private let cpus: NumberList?
  private let nodes: NumberList?

  /// Reads the files.
  init(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    cpus = try Self.list("cpuset.cpus.effective", of: cgroup)
    nodes = try Self.list("cpuset.mems.effective", of: cgroup)
  }

  private static func list(
    _ file: String, of cgroup: borrowing Cgroup
  ) throws(RuntimeError) -> NumberList? {
    guard let text = try cgroup.read(file) else { return nil }
    return NumberList(String(text.prefix { !$0.isNewline }))
  }

  /// The statistics as `events` prints them.
  var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    for (key, list) in [("cpus", cpus), ("mems", nodes)] {
      guard let list else { continue }
      document[key] = .array(list.ranges.flatMap { $0 }.map { JSONValue($0) })
    }
    return .object(document)
  }
}
