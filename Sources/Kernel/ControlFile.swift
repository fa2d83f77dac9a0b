// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension File {
  /// As much as is read at first, more than control files have.
  private static let firstPortion = 4096

  /// Reads an open file from its start, as one that is polled must be before
  /// each wait: a regular file, or one of the kernel's that is no list.
  ///
  /// A read that gives less than there is room for has given all: the kernel
  /// makes the text of such a file whole before it gives away any of it
  /// (seq_file).
  ///
  /// The corresponding call is pread(2).
  package static func readAgain(
    _ descriptor: borrowing Descriptor, subject: String? = nil
  ) throws(SystemError) -> [UInt8] {
    let number = descriptor.number
    var bytes: [UInt8] = []
    while true {
      let start = bytes.count
      let room = max(firstPortion, start)
      bytes.append(contentsOf: repeatElement(0, count: room))
      let count = retrying {
        negatedErrno(
          unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return unsafe pread(number, base + start, room, off_t(start))
          })
      }
      bytes.removeLast(room - max(0, min(room, count)))
      if try check(count, "read", subject) < room { return bytes }
    }
  }
}
