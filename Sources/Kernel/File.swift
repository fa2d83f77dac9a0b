// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Calls on files by path or descriptor, for paths that the runtime itself
/// chose; paths into a rootfs go through `SafePath`.
package enum File {
  /// Opens a path.
  ///
  /// The corresponding call is openat(2).
  package static func open(
    _ path: String, _ flags: OpenFlags = .readOnly, mode: UInt32 = 0o666,
    at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> Descriptor {
    let number = directory.number
    let result = unsafe path.withCString { path in
      retrying { unsafe clinux_openat(number, path, flags.rawValue | O_CLOEXEC, mode) }
    }
    return Descriptor(owning: try check(result, "open", path))
  }

  /// Reads until the end of the file; more than `limit` bytes are an error
  /// (`EFBIG`), and its size is asked for unless it is `known`.
  ///
  /// The corresponding call is read(2).
  package static func readAll(
    _ descriptor: borrowing Descriptor, known status: FileStatus? = nil, limit: Int = 64 << 20,
    subject: String? = nil
  ) throws(RuntimeError) -> [UInt8] {
    var bytes: [UInt8] = []
    // A size that nobody knows is as good as none.
    let size = status?.size ?? (try? FileStatus(of: descriptor))?.size ?? 0
    let number = descriptor.number
    // One byte more than that, so that the end is seen without growing.
    var room = size > 0 ? min(Int(clamping: size), limit) + 1 : 4096
    while true {
      room = min(room, limit + 1 - bytes.count)
      let (portion, count) = unsafe [UInt8].filled(size: room) { buffer in
        retrying { negatedErrno(unsafe Glibc.read(number, buffer.baseAddress, buffer.count)) }
      }
      if try check(count, "read", subject) == 0 { return bytes }
      if bytes.isEmpty { bytes = portion } else { bytes += portion }
      if bytes.count > limit { throw RuntimeError(call: "read", errno: EFBIG, subject: subject) }
      // The end is read into what room there is: growing would copy everything.
      room = count == room ? max(4096, bytes.count) : max(1, bytes.capacity - bytes.count)
    }
  }

  /// Reads a whole file.
  package static func read(
    _ path: String, limit: Int = 64 << 20, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> [UInt8] {
    try readAll(try open(path, at: directory), limit: limit, subject: path)
  }

  /// Reads a file that gives all it has in one read if there is room, as
  /// `readAgain` does.
  package static func readSmall(
    _ path: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> [UInt8] {
    try readAgain(try open(path, at: directory), subject: path)
  }

  /// Reads a control file of the kernel's (procfs, cgroupfs) as text, in one
  /// read.
  ///
  /// Those that are lists, a record after the other, such as `cgroup.procs` and
  /// `mountinfo`, end a read wherever a record does not fit any more: they take
  /// `readText`.
  package static func readControl(
    _ path: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> String {
    String(decoding: try readSmall(path, at: directory), as: UTF8.self)
  }

  /// Reads a whole small text file.
  package static func readText(
    _ path: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> String {
    String(decoding: try read(path, at: directory), as: UTF8.self)
  }

  /// Writes bytes in as few calls as the file takes.
  ///
  /// The corresponding call is write(2).
  package static func write(
    _ bytes: [UInt8], to descriptor: borrowing Descriptor, subject: String? = nil
  ) throws(RuntimeError) {
    try write(bytes, toNumber: descriptor.number, subject: subject)
  }

  /// Writes bytes to a stream that this process has from its start.
  ///
  /// The corresponding call is write(2).
  package static func write(_ bytes: [UInt8], to stream: StandardStream) throws(RuntimeError) {
    try write(bytes, toNumber: stream.rawValue, subject: nil)
  }

  private static func write(
    _ bytes: [UInt8], toNumber number: Int32, subject: String?
  ) throws(RuntimeError) {
    var done = 0
    while done < bytes.count {
      let count = retrying {
        negatedErrno(
          unsafe bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return unsafe Glibc.write(number, base + done, buffer.count - done)
          })
      }
      done += try check(count, "write", subject)
    }
  }

  /// Writes a control file (procfs, cgroupfs) with one write: all or an error.
  package static func writeControl(
    _ text: String, to path: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) {
    let file = try open(path, .writeOnly, at: directory)
    try writeControl(text, to: file, subject: path)
  }

  /// Writes a control file that is already open, with one write.
  package static func writeControl(
    _ text: String, to file: borrowing Descriptor, subject: String
  ) throws(RuntimeError) {
    let bytes = Array(text.utf8)
    let count = retrying {
      negatedErrno(
        unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file.number, $0.baseAddress, $0.count) })
    }
    if try check(count, "write", subject) != bytes.count {
      throw RuntimeError(call: "write", errno: EIO, subject: subject)
    }
  }

  /// Replaces a file whole: a temporary one is written beside it, then renamed.
  ///
  /// Nobody can have put something in the way of the temporary one: it is made
  /// anew, under a name that cannot be guessed.
  ///
  /// The corresponding call is rename(2).
  package static func replace(
    _ name: String, with bytes: [UInt8], mode: UInt32 = 0o600,
    at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) {
    let temporary = temporaryName(for: name)
    let file = try open(
      temporary, [.writeOnly, .create, .exclusive, .noFollow], mode: mode, at: directory)
    do {
      try write(bytes, to: file, subject: temporary)
      try rename(temporary, to: name, at: directory)
    } catch {
      // The first error is the one to report.
      try? remove(temporary, at: directory)
      throw error
    }
  }

  private static func temporaryName(for name: String) -> String {
    let place = name.lastIndex(of: "/").map { name[...$0] } ?? ""
    return "\(place).runp.\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
  }

  /// Renames within one directory.
  ///
  /// The corresponding call is renameat(2).
  package static func rename(
    _ name: String, to new: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) {
    let number = directory.number
    let result = unsafe name.withCString { name in
      unsafe new.withCString { new in
        negatedErrno(unsafe Glibc.renameat(number, name, number, new))
      }
    }
    try check(result, "rename", new)
  }

  /// Makes a directory.
  ///
  /// The corresponding call is mkdirat(2).
  package static func makeDirectory(
    _ path: String, mode: UInt32 = 0o755, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) {
    let number = directory.number
    let result = unsafe path.withCString { negatedErrno(unsafe mkdirat(number, $0, mode)) }
    try check(result, "mkdir", path)
  }

  /// Makes a directory and those above it that are missing.
  package static func makeDirectories(_ path: String, mode: UInt32 = 0o755) throws(RuntimeError) {
    do {
      try makeDirectory(path, mode: mode)
    } catch  where error.errno == EEXIST {
      return
    } catch  where error.errno == ENOENT {
      guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw error }
      try makeDirectories(String(path[..<slash]), mode: mode)
      do { try makeDirectory(path, mode: mode) } catch  where error.errno == EEXIST {}
    }
  }

  /// Removes a file, or an empty directory.
  ///
  /// The corresponding call is unlinkat(2).
  package static func remove(
    _ path: String, isDirectory: Bool = false,
    at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) {
    let number = directory.number
    let result = unsafe path.withCString {
      negatedErrno(unsafe unlinkat(number, $0, isDirectory ? AT_REMOVEDIR : 0))
    }
    try check(result, isDirectory ? "rmdir" : "unlink", path)
  }

  /// Makes a symbolic link.
  ///
  /// The corresponding call is symlinkat(2).
  package static func makeLink(
    _ path: String, to target: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) {
    try check(negatedErrno(unsafe symlinkat(target, directory.number, path)), "symlink", path)
  }

  /// What a symbolic link points to.
  ///
  /// The corresponding call is readlinkat(2).
  package static func linkTarget(
    _ path: String, at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> String {
    let number = directory.number
    let (bytes, count) = unsafe [UInt8].filled(size: 4096) { room in
      guard let base = room.baseAddress else { return 0 }
      return unsafe path.withCString {
        negatedErrno(
          unsafe readlinkat(number, $0, base.assumingMemoryBound(to: CChar.self), room.count))
      }
    }
    try check(count, "readlink", path)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether something is at the path, links followed.
  package static func exists(
    _ path: String, at directory: borrowing Descriptor = .workingDirectory
  ) -> Bool {
    let number = directory.number
    return unsafe path.withCString { unsafe faccessat(number, $0, F_OK, 0) == 0 }
  }
}
