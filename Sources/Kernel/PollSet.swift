// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Open files that are waited for together.
package struct PollSet {
  private var requests: [pollfd] = []

  /// Makes an empty set.
  package init() {}

  /// Adds a file to wait for until it can be read or its other end is gone.
  package mutating func add(_ number: Int32) {
    requests.append(pollfd(fd: number, events: Int16(POLLIN), revents: 0))
  }

  /// Waits for the first of the files.
  ///
  /// - Returns: the numbers of those that are ready; none when the deadline
  ///   passed first.
  ///
  /// The corresponding call is poll(2).
  package mutating func wait(until deadline: Deadline?) throws(SystemError) -> Set<Int32> {
    let timeout = deadline?.millisecondsLeft ?? -1
    var ready = requests
    let count = retrying {
      negatedErrno(unsafe poll(&ready, nfds_t(ready.count), timeout))
    }
    try check(count, "poll")
    return Set(ready.filter { $0.revents != 0 }.map(\.fd))
  }
}
