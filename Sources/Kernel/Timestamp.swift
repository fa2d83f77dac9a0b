// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A moment in UTC.
///
/// Worked out here because gmtime(3) reads the time zone's file first.
package struct Timestamp: CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z.
  package let seconds: Int
  /// Nanoseconds since that second began.
  package let nanoseconds: Int

  /// Makes a moment from its parts.
  package init(seconds: Int, nanoseconds: Int = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The present.
  package static var now: Timestamp {
    var time = timespec()
    // CLOCK_REALTIME is always there.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
  }

  /// RFC 3339 to the second, such as `2026-11-20T23:45:17Z`.
  package var description: String { "\(untilSecond)Z" }

  /// RFC 3339 to the nanosecond.
  package var precise: String { "\(untilSecond).\(Self.padded(nanoseconds, 9))Z" }

  private var untilSecond: String {
    let (day, second) = seconds.quotientAndRemainderFloored(dividingBy: 86_400)
    let date = Self.civil(day)
    return "\(Self.padded(date.year, 4))-\(Self.padded(date.month))-\(Self.padded(date.day))T"
      + "\(Self.padded(second / 3600)):\(Self.padded(second / 60 % 60)):\(Self.padded(second % 60))"
  }

  /// The date of a day counted from 1970-01-01.
  ///
  /// Counts in eras of 400 years that start on the first of March, so that the
  /// leap day is a year's last.
  private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let (era, dayOfEra) = (day + 719_468).quotientAndRemainderFloored(dividingBy: 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  private static func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int {
  /// Division that rounds down, so that the remainder is never negative.
  fileprivate func quotientAndRemainderFloored(dividingBy divisor: Int) -> (Int, Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
