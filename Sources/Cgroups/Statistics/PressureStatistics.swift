// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel

/// How long processes have waited for something that there was not enough of
/// (cpu.pressure, memory.pressure, io.pressure).
struct PressureStatistics: Equatable, Sendable {
  /// One line of a file: when some of the processes waited, or all of them.
  struct Share: Equatable, Sendable {
    /// The share of the time of the last ten seconds, in percent.
    var tenSeconds = 0.0
    /// The share of the time of the last minute.
    var minute = 0.0
    /// The share of the time of the last five minutes.
    var fiveMinutes = 0.0
    /// All of the time, in microseconds.
    var total: UInt64 = 0
  }

  /// While some waited.
  private(set) var some = Share()
  /// While all waited.
  private(set) var full = Share()

  /// Reads a file; nil where the kernel keeps no such account.
  init?(_ file: String, of cgroup: borrowing Cgroup) throws(RuntimeError) {
    do {
      guard let text = try cgroup.read(file) else { return nil }
      self.init(text)
    } catch {
      // Turned off for the whole machine, or for this cgroup.
      if error.errno == EOPNOTSUPP { return nil }
      throw error
    }
  }

  /// Reads the text of a file.
  init(_ text: String) {
    for line in CounterText.nested(text) {
      var share = Share()
      for (key, value) in line.values {
        switch key {
        case "avg10": share.tenSeconds = Double(value) ?? 0
        case "avg60": share.minute = Double(value) ?? 0
        case "avg300": share.fiveMinutes = Double(value) ?? 0
        case "total": share.total = UInt64(value) ?? 0
        default: break
        }
      }
      if line.name == "some" { some = share } else if line.name == "full" { full = share }
    }
  }

  /// The account as `events` prints it.
  var json: JSONValue { ["some": Self.json(some), "full": Self.json(full)] }

  private static func json(_ share: Share) -> JSONValue {
    [
      "avg10": .double(share.tenSeconds), "avg60": .double(share.minute),
      "avg300": .double(share.fiveMinutes), "total": JSONValue(share.total),
    ]
  }
}
