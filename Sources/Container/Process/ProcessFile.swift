// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The file that tells a caller a process ID.
enum ProcessFile {
  /// Writes the ID, without a newline, in one step.
  static func write(_ pid: Int32, to path: String) throws(RuntimeError) {
    do {
      try File.replace(path, with: Array("\(pid)".utf8), mode: 0o644)
    } catch {
      throw RuntimeError(error, "write the pid file")
    }
  }
}
