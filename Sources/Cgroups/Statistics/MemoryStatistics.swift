// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// The memory that is used (memory.*); sizes are in bytes, and no limit is the
/// largest number there is.
struct MemoryStatistics {
  /// What is used of one kind of memory.
  private struct Usage {
    var usage: UInt64
    var limit: UInt64
    /// The most that was ever used; newer kernels have it.
    var most: UInt64?
    /// How often the limit was in the way.
    var failures: UInt64

    var json: JSONValue {
      .numbers(
        ("limit", limit), ("usage", usage), ("max", most), ("failcnt", failures))
    }
  }

  private let details: OrderedMap<UInt64>
  private let memory: Usage?
  /// Memory and swap together, as cgroup v1 counted them, and callers expect it.
  private let both: Usage?
  private let pressure: PressureStatistics?

  /// Reads the files.
  init(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    details = try cgroup.counters(in: "memory.stat")
    memory = try Self.usage("memory", "max", of: cgroup)
    let swap = try Self.usage("memory.swap", "fail", of: cgroup)
    both = memory.map { Self.sum($0, swap) }
    pressure = try PressureStatistics("memory.pressure", of: cgroup)
  }

  private static func usage(
    _ name: String, _ failure: String, of cgroup: borrowing Cgroup
  ) throws(RuntimeError) -> Usage? {
    guard let usage = try cgroup.number(in: "\(name).current") else { return nil }
    return Usage(
      usage: usage, limit: try cgroup.number(in: "\(name).max") ?? .max,
      most: try cgroup.number(in: "\(name).peak"),
      failures: try cgroup.value(of: failure, in: "\(name).events") ?? 0)
  }

  /// Without an account of swap there is none.
  private static func sum(_ memory: Usage, _ swap: Usage?) -> Usage {
    func sum(_ one: UInt64, _ other: UInt64) -> UInt64 {
      let (sum, isTooLarge) = one.addingReportingOverflow(other)
      return isTooLarge ? .max : sum
    }
    // When each was largest is not known, so neither is the largest sum.
    return Usage(
      usage: sum(memory.usage, swap?.usage ?? 0), limit: sum(memory.limit, swap?.limit ?? 0),
      most: nil, failures: swap?.failures ?? 0)
  }

  /// The statistics as `events` prints them.
  var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    if let cache = details["file"] { document["cache"] = JSONValue(cache) }
    document["usage"] = memory?.json
    document["swap"] = both?.json
    if !details.isEmpty {
      var raw = OrderedMap<JSONValue>()
      for counter in details { raw[counter.key] = JSONValue(counter.value) }
      document["raw"] = .object(raw)
    }
    document["psi"] = pressure?.json
    return .object(document)
  }
}
