// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// How many processes and threads there are (pids.current, pids.max).
struct PidsStatistics {
  private let current: UInt64
  /// Nil where there is none.
  private let limit: UInt64?

  /// Reads the files; without the controller processes are counted.
  init(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    if let counted = try cgroup.number(in: "pids.current") {
      current = counted
    } else {
      current = UInt64(try cgroup.processes().count)
    }
    let found = try cgroup.number(in: "pids.max")
    limit = found == .max ? nil : found
  }

  /// The statistics as `events` prints them; callers take a missing limit for
  /// none, as they do 0.
  var json: JSONValue { .numbers(("current", current), ("limit", limit)) }
}
