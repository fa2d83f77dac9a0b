// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension File {
  /// As much as is read at first, more than control files have.
  private static let firstPortion = 4096
  /// More than any file that is read in this way has.
  private static let most = 64 << 20

  /// Reads an open file from its start, as one that is polled must be before
  /// each wait: a regular file, or one of the kernel's that is no list.
  ///
  /// A read that gives less than there is room for has given all: the kernel
  /// makes the text of such a file whole before it gives away any of it
  /// (seq_file).
  ///
  /// - Throws: `RuntimeError`; `EFBIG` when it does not come to an end.
  ///
  /// The corresponding call is pread(2).
  package static func readAgain(
    _ descriptor: borrowing Descriptor, subject: String? = nil
  ) throws(RuntimeError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let room = max(firstPortion, bytes.count)
      let portion = try read(descriptor, room: room, from: bytes.count, subject)
      if bytes.isEmpty { bytes = portion } else { bytes += portion }
      if portion.count < room { return bytes }
      if bytes.count > most { throw RuntimeError(call: "read", errno: EFBIG, subject: subject) }
    }
  }

  private static func read(
    _ descriptor: borrowing Descriptor, room: Int, from offset: Int, _ subject: String?
  ) throws(RuntimeError) -> [UInt8] {
    let number = descriptor.number
    let (bytes, result) = unsafe [UInt8].filled(size: room) { buffer in
      retrying {
        negatedErrno(unsafe pread(number, buffer.baseAddress, buffer.count, off_t(offset)))
      }
    }
    try check(result, "read", subject)
    return bytes
  }
}
