// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Files in memory that no directory has.
package enum MemoryFile {
  /// Makes an empty file, which goes with the last of its descriptors; `name`
  /// is for people who look at the process.
  ///
  /// The corresponding call is memfd_create(2).
  package static func make(_ name: String) throws(RuntimeError) -> Descriptor {
    // MFD_CLOEXEC; kernels before 6.3 do not know MFD_NOEXEC_SEAL, which newer
    // ones may insist on.
    var number = unsafe clinux_memfd_create(name, 1 | 8)
    if number == -EINVAL { number = unsafe clinux_memfd_create(name, 1) }
    return Descriptor(owning: try check(number, "memfd_create", name))
  }

  /// Makes a file that is read from its start.
  ///
  /// The corresponding calls are memfd_create(2), write(2), lseek(2).
  package static func make(
    _ name: String, holding bytes: [UInt8]
  ) throws(RuntimeError) -> Descriptor {
    let file = try make(name)
    try File.write(bytes, to: file, subject: name)
    try check(negatedErrno(lseek(file.number, 0, SEEK_SET)), "lseek", name)
    return file
  }

  /// Reads the last bytes of a file, wherever its offset is.
  ///
  /// The corresponding call is pread(2).
  package static func end(
    of file: borrowing Descriptor, limit: Int
  ) throws(RuntimeError) -> [UInt8] {
    let size = Int(clamping: try FileStatus(of: file).size)
    let number = file.number
    let length = min(size, limit)
    let (bytes, count) = unsafe [UInt8].filled(size: length) { room in
      retrying {
        negatedErrno(unsafe pread(number, room.baseAddress, room.count, off_t(size - length)))
      }
    }
    try check(count, "pread")
    return bytes
  }
}
