// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Points in time as text.
package enum Timestamp {
  /// The current time in UTC, in RFC 3339 form with nanoseconds.
  ///
  /// The corresponding calls are clock_gettime(2), gmtime_r(3).
  package static func now() -> String {
    var time = timespec()
    // The real-time clock is always there, and the pointer is good.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    var parts = unsafe tm()
    unsafe gmtime_r(&time.tv_sec, &parts)
    let date = unsafe [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday]
    let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec]
    return date.map { padded($0, 2) }.joined(separator: "-") + "T"
      + clock.map { padded($0, 2) }.joined(separator: ":") + ".\(padded(Int32(time.tv_nsec), 9))Z"
  }

  private static func padded(_ number: Int32, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
