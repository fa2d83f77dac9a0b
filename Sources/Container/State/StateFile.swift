// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// The files of a state directory, read: whatever else has got a name of theirs
/// is an error that says so, and nothing to wait for.
package enum StateFile {
  /// Reads a file whole.
  ///
  /// - Parameters:
  ///   - name: its name.
  ///   - directory: the directory.
  ///   - path: the directory's path, for errors.
  /// - Returns: nil when there is none.
  /// - Throws: `RuntimeError` that names the file.
  package static func read(
    _ name: String, in directory: borrowing Descriptor, at path: String
  ) throws(RuntimeError) -> [UInt8]? {
    do throws(RuntimeError) {
      guard let file = try RegularFile.open(name, .noFollow, at: directory) else {
        throw other(name, path)
      }
      return try file.read()
    } catch {
      return try missing(error, name, path)
    }
  }

  /// Reads a file that is small, in as few calls as that takes.
  ///
  /// - Parameters:
  ///   - name: its name.
  ///   - directory: the directory.
  ///   - path: the directory's path, for errors.
  /// - Returns: nil when there is none, or it is empty: cut short by a crash of the
  ///   machine, which has ended all it told of.
  /// - Throws: `RuntimeError` that names the file.
  package static func readSmall(
    _ name: String, in directory: borrowing Descriptor, at path: String
  ) throws(RuntimeError) -> [UInt8]? {
    do throws(RuntimeError) {
      guard let bytes = try RegularFile.readSmall(name, .noFollow, at: directory) else {
        throw other(name, path)
      }
      return bytes.isEmpty ? nil : bytes
    } catch {
      return try missing(error, name, path)
    }
  }

  private static func other(_ name: String, _ path: String) -> RuntimeError {
    RuntimeError(.failed, "read \(path)/\(name): it is not a regular file")
  }

  /// What an error means: that there is no such file, or that it cannot be read.
  private static func missing(
    _ error: RuntimeError, _ name: String, _ path: String
  ) throws(RuntimeError) -> [UInt8]? {
    if error.errno == ENOENT { return nil }
    throw error.addingIfBare("read \(path)/\(name)")
  }
}
