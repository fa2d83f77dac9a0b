// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A moment on the monotonic clock after which waiting is given up.
package struct Deadline: Sendable, Equatable {
  private let nanoseconds: UInt64

  /// This moment: what is waited for is the case already, or not.
  package static var now: Deadline { Deadline(nanoseconds: 0) }

  /// The one of two moments that comes first.
  package static func earlier(_ one: Deadline, _ other: Deadline) -> Deadline {
    one.nanoseconds < other.nanoseconds ? one : other
  }

  /// The moment so many milliseconds from now; one that no clock will show
  /// stands for never.
  package static func after(milliseconds: UInt64) -> Deadline {
    let (length, isTooLong) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    let (moment, isTooLate) = clock().addingReportingOverflow(length)
    return Deadline(nanoseconds: isTooLong || isTooLate ? .max : moment)
  }

  /// The moment so many seconds from now, or this one when that is over.
  package static func after(seconds: Int) -> Deadline {
    let (milliseconds, isTooLong) = UInt64(clamping: seconds)
      .multipliedReportingOverflow(by: 1000)
    return after(milliseconds: isTooLong ? .max : milliseconds)
  }

  /// What is left, rounded up, for poll(2): never negative, and not more than
  /// that call takes.
  package var millisecondsLeft: Int32 {
    let now = Self.clock()
    if now >= nanoseconds { return 0 }
    let left = nanoseconds - now
    return Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
  }

  /// Whether the moment is over.
  package var hasPassed: Bool { Self.clock() >= nanoseconds }

  private static func clock() -> UInt64 {
    var time = timespec()
    // The monotonic clock is always there, and the pointer is good.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

extension Descriptor {
  /// Waits until the file reports an exceptional condition, as a control file
  /// of the kernel does when its contents have changed since it was last read.
  ///
  /// - Returns: false when the deadline passed first.
  ///
  /// The corresponding call is poll(2) with `POLLPRI`.
  package borrowing func waitForChange(until deadline: Deadline) throws(RuntimeError) -> Bool {
    try wait(for: Int16(POLLPRI), until: deadline)
  }

  /// Waits until the file can be read, or its other end is gone.
  ///
  /// - Returns: false when the deadline passed first.
  ///
  /// The corresponding call is poll(2) with `POLLIN`.
  package borrowing func waitUntilReadable(until deadline: Deadline) throws(RuntimeError) -> Bool {
    try wait(for: Int16(POLLIN), until: deadline)
  }

  private borrowing func wait(
    for events: Int16, until deadline: Deadline
  ) throws(RuntimeError) -> Bool {
    var request = pollfd(fd: number, events: events, revents: 0)
    while true {
      let ready = retrying { negatedErrno(unsafe poll(&request, 1, deadline.millisecondsLeft)) }
      if try check(ready, "poll") > 0 { return true }
      // One wait may be shorter than what is left.
      if deadline.hasPassed { return false }
    }
  }
}
