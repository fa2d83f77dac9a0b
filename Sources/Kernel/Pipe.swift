// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A pipe whose ends are closed one by one.
package struct Pipe: ~Copyable {
  /// The end to read from; -1 once closed.
  package private(set) var reading: Descriptor
  /// The end to write to, which never blocks; -1 once closed.
  package private(set) var writing: Descriptor

  /// Makes a pipe.
  ///
  /// The corresponding call is pipe2(2).
  package init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    let made = unsafe clinux_pipe2(&ends, O_CLOEXEC)
    reading = Descriptor(owning: ends[0])
    writing = Descriptor(owning: ends[1])
    try check(made, "pipe2")
    try check(clinux_fcntl(ends[1], F_SETFL, Int(O_NONBLOCK)), "fcntl")
  }

  /// Closes the reading end.
  package mutating func closeReading() { reading = Descriptor(owning: -1) }

  /// Closes the writing end.
  package mutating func closeWriting() { writing = Descriptor(owning: -1) }

  /// What a write came to.
  package enum Progress {
    /// So many bytes were taken.
    case written(Int)
    /// The reader is gone, or the deadline has passed.
    case over
  }

  /// Writes what fits, waiting for room for as long as a process lives.
  ///
  /// SIGPIPE has to be ignored.
  ///
  /// The corresponding calls are poll(2), write(2).
  package borrowing func write(
    _ bytes: ArraySlice<UInt8>, whileAlive process: borrowing Descriptor, until deadline: Deadline?
  ) throws(SystemError) -> Progress {
    var requests = [
      pollfd(fd: writing.number, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: process.number, events: Int16(POLLIN), revents: 0),
    ]
    let ready = retrying {
      negatedErrno(unsafe poll(&requests, 2, deadline?.millisecondsLeft ?? -1))
    }
    if try check(ready, "poll") == 0 || requests[0].revents & Int16(POLLERR) != 0 { return .over }
    if requests[0].revents == 0 { return .over }
    let number = writing.number
    let count = retrying {
      negatedErrno(
        unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) })
    }
    if count == -EPIPE { return .over }
    if count == -EAGAIN { return .written(0) }
    return .written(try check(count, "write"))
  }
}
