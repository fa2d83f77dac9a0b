// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Removing what a container has written, however deep and under whatever names.
package enum TreeRemoval {
  /// Removes everything in an open directory, following no links.
  ///
  /// A container can nest directories deeper than there are descriptors or
  /// stack, so nothing here recurses: a directory within a directory is moved
  /// up to the top first, and the top is listed until it is empty.
  ///
  /// - Throws: `SystemError`; `EBUSY` or `EXDEV` at a mount, which is not
  ///   touched.
  ///
  /// The corresponding calls are unlinkat(2), renameat2(2).
  package static func empty(_ top: borrowing Descriptor) throws(SystemError) {
    var moved = 0
    while true {
      let names = try Directory.names(top)
      if names.isEmpty { return }
      for name in names where try !removed(name, at: top) {
        try flatten(name, into: top, &moved)
      }
    }
  }

  /// Removes what is not a directory.
  ///
  /// - Returns: false for a directory.
  private static func removed(
    _ name: FileName, at directory: borrowing Descriptor
  ) throws(SystemError) -> Bool {
    do {
      try name.remove(in: directory)
    } catch  where error.errno == EISDIR {
      return false
    } catch  where error.errno == ENOENT {}
    return true
  }

  /// Removes a directory of the top, moving those in it to the top.
  private static func flatten(
    _ name: FileName, into top: borrowing Descriptor, _ moved: inout Int
  ) throws(SystemError) {
    do {
      let directory = try name.open([.directory, .noFollow], in: top)
      for entry in try Directory.names(directory) where try !removed(entry, at: directory) {
        try raise(entry, from: directory, to: top, &moved)
      }
      try name.remove(isDirectory: true, in: top)
    } catch  where error.errno == ENOENT {}
  }

  private static func raise(
    _ name: FileName, from directory: borrowing Descriptor, to top: borrowing Descriptor,
    _ moved: inout Int
  ) throws(SystemError) {
    while true {
      moved += 1
      do {
        return try name.move(from: directory, to: top, as: FileName("\(moved)"))
      } catch  where error.errno == EEXIST {
        // The container has thought of the same name.
      }
    }
  }
}
