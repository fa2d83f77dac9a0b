// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Descriptors to wait for, each for something of its own.
struct StreamPoll {
  /// What a descriptor can be.
  struct Events: OptionSet {
    let rawValue: Int16

    /// It can be read, or the writers are gone.
    static let readable = Events(rawValue: Int16(POLLIN))
    /// It can be written.
    static let writable = Events(rawValue: Int16(POLLOUT))
    /// Its other end is gone; reported whether it is asked for or not.
    static let gone = Events(rawValue: Int16(POLLERR | POLLHUP | POLLNVAL))
  }

  private var requests: [pollfd] = []

  /// Adds a descriptor.
  mutating func add(_ number: Int32, _ events: Events) {
    requests.append(pollfd(fd: number, events: events.rawValue, revents: 0))
  }

  /// Waits until something is the case for one of them.
  ///
  /// - Returns: what is the case, for those of which anything is; nothing when
  ///   the deadline passed first.
  ///
  /// The corresponding call is poll(2).
  mutating func wait(until deadline: Deadline?) throws(SystemError) -> [Int32: Events] {
    while true {
      let count = unsafe poll(
        &requests, nfds_t(requests.count), deadline?.millisecondsLeft ?? -1)
      if count >= 0 { break }
      let code = errno
      if code != EINTR { throw SystemError(call: "poll", errno: code) }
    }
    var ready: [Int32: Events] = [:]
    for request in requests where request.revents != 0 {
      ready[request.fd] = Events(rawValue: request.revents)
    }
    return ready
  }
}
