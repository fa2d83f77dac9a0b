// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// What was read from and written to block devices (io.stat, io.pressure).
struct IOStatistics {
  private let devices: [CounterText.Line]
  private let pressure: PressureStatistics?

  /// Reads the files.
  init(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    devices = CounterText.nested(try cgroup.read("io.stat") ?? "")
    pressure = try PressureStatistics("io.pressure", of: cgroup)
  }

  /// The statistics as `events` prints them, under the names of cgroup v1.
  var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "ioServiceBytesRecursive": entries(
        [("rbytes", "Read"), ("wbytes", "Write"), ("dbytes", "Discard")]),
      "ioServicedRecursive": entries([("rios", "Read"), ("wios", "Write"), ("dios", "Discard")]),
    ]
    document["psi"] = pressure?.json
    return .object(document)
  }

  private func entries(_ operations: [(key: String, name: String)]) -> JSONValue {
    var entries: [JSONValue] = []
    for device in devices {
      let numbers = device.name.split(separator: ":").compactMap { UInt64($0) }
      if numbers.count != 2 { continue }
      for operation in operations {
        guard let value = device.number(operation.key) else { continue }
        entries.append([
          "major": JSONValue(numbers[0]), "minor": JSONValue(numbers[1]),
          "op": .string(operation.name), "value": JSONValue(value),
        ])
      }
    }
    return .array(entries)
  }
}
