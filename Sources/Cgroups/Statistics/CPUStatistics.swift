// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// The time of CPUs that was used, and was not given (cpu.stat, cpu.pressure);
/// times are in nanoseconds.
struct CPUStatistics {
  private let counters: OrderedMap<UInt64>
  private let pressure: PressureStatistics?

  /// Reads the files.
  init(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    // It is there without the controller, too, and then has only the usage.
    counters = try cgroup.counters(in: "cpu.stat")
    pressure = try PressureStatistics("cpu.pressure", of: cgroup)
  }

  /// A counter in nanoseconds of which the file has microseconds.
  private func time(_ key: String) -> UInt64? {
    guard let microseconds = counters[key] else { return nil }
    let (time, isTooLong) = microseconds.multipliedReportingOverflow(by: 1000)
    return isTooLong ? .max : time
  }

  /// The statistics as `events` prints them.
  var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "usage": .numbers(
        ("total", time("usage_usec")), ("kernel", time("system_usec")), ("user", time("user_usec"))),
      "throttling": .numbers(
        ("periods", counters["nr_periods"]), ("throttledPeriods", counters["nr_throttled"]),
        ("throttledTime", time("throttled_usec"))),
    ]
    if counters["nr_bursts"] != nil {
      document["burst"] = .numbers(
        ("periods", counters["nr_bursts"]), ("time", time("burst_usec")))
    }
    document["psi"] = pressure?.json
    return .object(document)
  }
}
