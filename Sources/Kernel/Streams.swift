// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Reading and writing descriptors that this process was given by number.
package enum Streams {
  /// Reads what is there; empty at the end of the stream, nil when nothing is
  /// there yet.
  ///
  /// The corresponding call is read(2).
  package static func readSome(_ number: Int32, limit: Int = 32768) throws(SystemError) -> [UInt8]?
  {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = retrying {
      negatedErrno(
        unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, $0.count) })
    }
    if count == -EAGAIN { return nil }
    return Array(bytes[..<(try check(count, "read"))])
  }

  /// Writes what fits.
  ///
  /// The corresponding call is write(2).
  package static func writeSome(_ bytes: [UInt8], to number: Int32) throws(SystemError) -> Int {
    let count = retrying {
      negatedErrno(
        unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) })
    }
    if count == -EAGAIN { return 0 }
    return try check(count, "write")
  }

  /// Writes everything, waiting for room.
  package static func writeAll(_ bytes: [UInt8], to number: Int32) throws(SystemError) {
    var rest = bytes
    while !rest.isEmpty {
      rest.removeFirst(try writeSome(rest, to: number))
      if !rest.isEmpty { try Poll.wait([], writing: [number]) }
    }
  }
}

extension Descriptor {
  /// Reads what is there; empty at the end of the stream, nil when nothing is
  /// there yet.
  ///
  /// The corresponding call is read(2).
  package borrowing func readSome() throws(SystemError) -> [UInt8]? {
    try Streams.readSome(number)
  }

  /// Writes what fits.
  ///
  /// The corresponding call is write(2).
  package borrowing func writeSome(_ bytes: [UInt8]) throws(SystemError) -> Int {
    try Streams.writeSome(bytes, to: number)
  }

  /// Makes reads and writes return at once where they would block.
  ///
  /// The corresponding call is fcntl(2) with `F_SETFL`.
  package borrowing func setNonBlocking() throws(SystemError) {
    let flags = try check(clinux_fcntl(number, F_GETFL, 0), "fcntl")
    try check(clinux_fcntl(number, F_SETFL, Int(flags | O_NONBLOCK)), "fcntl")
  }
}
