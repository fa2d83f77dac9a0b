// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Waiting for descriptors that this process was given by number.
package enum Poll {
  /// Waits, without limit, until one of the descriptors can be read, or one of
  /// the others written.
  ///
  /// The corresponding call is poll(2).
  package static func wait(_ reading: [Int32], writing: [Int32] = []) throws(SystemError) {
    var requests =
      reading.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      + writing.map { pollfd(fd: $0, events: Int16(POLLOUT), revents: 0) }
    let count = UInt(requests.count)
    try check(retrying { negatedErrno(unsafe poll(&requests, count, -1)) }, "poll")
  }

  /// Whether a descriptor can be read now, its end included.
  package static func isReadable(_ number: Int32) throws(SystemError) -> Bool {
    var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return try check(retrying { negatedErrno(unsafe poll(&request, 1, 0)) }, "poll") > 0
  }
}
