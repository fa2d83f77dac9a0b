// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Descriptors that are waited for together, each for something of its own.
package struct PollSet {
  /// What a descriptor can be.
  package struct Events: OptionSet, Sendable {
    package let rawValue: Int16

    package init(rawValue: Int16) {
      self.rawValue = rawValue
    }

    /// It can be read, or the writers are gone.
    package static let readable = Events(rawValue: Int16(POLLIN))
    /// It can be written.
    package static let writable = Events(rawValue: Int16(POLLOUT))
    /// Its contents have changed, as a control file of the kernel says it.
    package static let changed = Events(rawValue: Int16(POLLPRI))
    /// Its other end is gone; reported whether it is asked for or not.
    package static let gone = Events(rawValue: Int16(POLLERR | POLLHUP | POLLNVAL))
  }

  private var requests: [pollfd] = []

  /// Makes an empty set.
  package init() {}

  /// What is the case for the descriptors of a set.
  package struct Ready {
    fileprivate let answers: [pollfd]

    /// What is the case for a descriptor; nothing for one that is not in the set.
    package func events(of descriptor: borrowing Descriptor) -> Events {
      for answer in answers where answer.fd == descriptor.number {
        return Events(rawValue: answer.revents)
      }
      return []
    }

    /// Whether there is something to be taken from a descriptor, its end
    /// included.
    package func contains(_ descriptor: borrowing Descriptor) -> Bool {
      !events(of: descriptor).isEmpty
    }
  }

  /// Adds a descriptor.
  package mutating func add(_ descriptor: borrowing Descriptor, _ events: Events) {
    requests.append(pollfd(fd: descriptor.number, events: events.rawValue, revents: 0))
  }

  /// Waits until something is the case for one of them.
  ///
  /// - Returns: what is the case, for those of which anything is; nothing when
  ///   the deadline passed first.
  ///
  /// The corresponding call is poll(2).
  package mutating func wait(until deadline: Deadline?) throws(RuntimeError) -> Ready {
    while true {
      let count = negatedErrno(
        unsafe poll(&requests, nfds_t(requests.count), deadline?.millisecondsLeft ?? -1))
      // With what is left of the time.
      if count == -EINTR { continue }
      // One wait may be shorter than what is left.
      if try check(count, "poll") == 0, let deadline, !deadline.hasPassed { continue }
      break
    }
    return Ready(answers: requests)
  }
}
