// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What may have nothing to read, or no room, yet.
extension Descriptor {
  /// Reads what is there; empty at the end of the stream, nil when nothing is
  /// there yet.
  ///
  /// The corresponding call is read(2).
  package borrowing func readSome(limit: Int = 32768) throws(RuntimeError) -> [UInt8]? {
    let number = number
    let (bytes, count) = unsafe [UInt8].filled(size: limit) { room in
      retrying { negatedErrno(unsafe Glibc.read(number, room.baseAddress, room.count)) }
    }
    if count == -EAGAIN { return nil }
    try check(count, "read")
    return bytes
  }

  /// Writes what fits.
  ///
  /// The corresponding call is write(2).
  package borrowing func writeSome(_ bytes: [UInt8]) throws(RuntimeError) -> Int {
    let number = number
    let count = retrying {
      negatedErrno(
        unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) })
    }
    if count == -EAGAIN { return 0 }
    return try check(count, "write")
  }

  /// Makes reads and writes return at once where they would block, or wait.
  ///
  /// The corresponding call is fcntl(2) with `F_SETFL`.
  package borrowing func setNonBlocking(_ on: Bool = true) throws(RuntimeError) {
    let flags = try check(clinux_fcntl(number, F_GETFL, 0), "fcntl")
    let wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
    if wanted != flags { try check(clinux_fcntl(number, F_SETFL, Int(wanted)), "fcntl") }
  }
}
