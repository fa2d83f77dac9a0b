// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The file that tells a caller a process ID.
enum ProcessFile {
  /// Writes the ID, without a newline, in one step.
  static func write(_ pid: Int32, to path: String) throws(RuntimeError) {
    try step("write the pid file") { () throws(RuntimeError) in
      try UnnamedFile.place(Array("\(pid)".utf8), at: path, mode: 0o644)
    }
  }
}
