// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A plain file, open for reading, by a name at which something else may be.
///
/// A named pipe would be waited for without an end, and a device may give
/// without one.
package struct RegularFile: ~Copyable {
  /// What the kernel knows of it.
  package let status: FileStatus
  private let descriptor: Descriptor
  private let path: String

  private init(_ descriptor: consuming Descriptor, _ status: FileStatus, _ path: String) {
    self.descriptor = descriptor
    self.status = status
    self.path = path
  }

  /// Opens a file; nil when something else has its name, or with `noFollow` a
  /// link.
  ///
  /// - Throws: `RuntimeError` naming `path`.
  ///
  /// The corresponding calls are openat(2), statx(2).
  package static func open(
    _ path: String, _ flags: OpenFlags = .readOnly,
    at directory: borrowing Descriptor = .workingDirectory
  ) throws(RuntimeError) -> RegularFile? {
    let descriptor: Descriptor
    do {
      descriptor = try File.open(path, flags.union(.unhurried), at: directory)
    } catch {
      if isOfOtherFile(error) { return nil }
      throw error
    }
    let status = try FileStatus(of: descriptor)
    return status.kind == .regular ? RegularFile(descriptor, status, path) : nil
  }

  /// Reads it whole; more than `limit` bytes are an error (`EFBIG`).
  package borrowing func read(limit: Int = 64 << 20) throws(RuntimeError) -> [UInt8] {
    try File.readAll(descriptor, known: status, limit: limit, subject: path)
  }

  /// Reads one that is small, in fewer calls: it is looked at only where it gives
  /// nothing, or more than any such file has.
  ///
  /// - Returns: nil when something else has its name.
  /// - Throws: `RuntimeError` naming `path`.
  ///
  /// The corresponding calls are openat(2), pread(2).
  package static func readSmall(
    _ path: String, _ flags: OpenFlags = .readOnly, at directory: borrowing Descriptor
  ) throws(RuntimeError) -> [UInt8]? {
    do {
      let descriptor = try File.open(path, flags.union(.unhurried), at: directory)
      let bytes = try File.readAgain(descriptor, subject: path)
      if bytes.isEmpty, try FileStatus(of: descriptor).kind != .regular { return nil }
      return bytes
    } catch {
      if isOfOtherFile(error) { return nil }
      throw error
    }
  }

  /// Whether a call has failed as it does on what is no plain file: a link that is
  /// not followed, a socket, a pipe, a directory, a device.
  private static func isOfOtherFile(_ error: RuntimeError) -> Bool {
    switch error.errno {
    case ELOOP, ENXIO, ENODEV, ESPIPE, EISDIR: true
    default: false
    }
  }
}
