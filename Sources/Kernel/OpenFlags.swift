// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// How a file is opened (open(2)); `O_CLOEXEC` is always added.
package struct OpenFlags: OptionSet, Sendable {
  package let rawValue: Int32

  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Only for reading, the default.
  package static let readOnly = OpenFlags([])
  /// Only for writing.
  package static let writeOnly = OpenFlags(rawValue: O_WRONLY)
  /// For both.
  package static let readWrite = OpenFlags(rawValue: O_RDWR)
  /// Make the file when it is not there.
  package static let create = OpenFlags(rawValue: O_CREAT)
  /// Fail when the file is there.
  package static let exclusive = OpenFlags(rawValue: O_EXCL)
  /// Empty the file.
  package static let truncate = OpenFlags(rawValue: O_TRUNC)
  /// Write at the end.
  package static let append = OpenFlags(rawValue: O_APPEND)
  /// Fail unless it is a directory.
  package static let directory = OpenFlags(rawValue: O_DIRECTORY)
  /// Fail when the last component is a symbolic link.
  package static let noFollow = OpenFlags(rawValue: O_NOFOLLOW)
  /// Return at once where the file would block.
  package static let nonBlocking = OpenFlags(rawValue: O_NONBLOCK)
  /// Do not make a terminal the controlling one.
  package static let noControllingTerminal = OpenFlags(rawValue: O_NOCTTY)
  /// Neither wait for whoever is at the other end nor take a terminal: for a name
  /// at which anything may be.
  package static let unhurried = OpenFlags(rawValue: O_NONBLOCK | O_NOCTTY)
  /// A handle on the path, not on the contents (`O_PATH`).
  package static let path = OpenFlags(rawValue: 0o10000000)
}

/// For calls on an open descriptor: the path is empty (`AT_EMPTY_PATH`, which
/// glibc hides behind `_GNU_SOURCE`).
let emptyPath: Int32 = 0x1000
