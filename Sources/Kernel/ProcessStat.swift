// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The text of `/proc/PID/stat` (proc(5)).
struct ProcessStat {
  private let bytes: [UInt8]
  private let nameStart: Int
  private let nameEnd: Int

  /// Reads it; nil when there is no such process.
  init?(of pid: Int32) throws(RuntimeError) {
    do {
      bytes = try File.readSmall("/proc/\(pid)/stat")
    } catch  where error.errno == ENOENT || error.errno == ESRCH {
      return nil
    }
    guard
      // The name may hold anything, parentheses and spaces included.
      let start = bytes.firstIndex(of: UInt8(ascii: "(")),
      let end = bytes.lastIndex(of: UInt8(ascii: ")")), bytes.count > end + 2
    else { return nil }
    nameStart = start + 1
    nameEnd = end
  }

  /// The name of the program.
  var name: String { String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self) }

  /// The letter of the state.
  var state: UInt8 { bytes[nameEnd + 2] }

  /// The decimal number in a field, counted from the state, which is 0; nil when
  /// there is none.
  func number(_ field: Int) -> UInt64? {
    var index = nameEnd + 2
    for _ in 0..<field {
      guard let space = bytes[index...].firstIndex(of: UInt8(ascii: " ")) else { return nil }
      index = space + 1
    }
    var value: UInt64?
    while index < bytes.count, case let digit = bytes[index] &- UInt8(ascii: "0"), digit < 10 {
      value = (value ?? 0) &* 10 &+ UInt64(digit)
      index += 1
    }
    return value
  }
}
