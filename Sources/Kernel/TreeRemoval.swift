// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Removing what a container has written, however deep and under whatever names.
package enum TreeRemoval {
  /// Removes everything in an open directory but the files of some names,
  /// following no links.
  ///
  /// A container can nest directories deeper than there are descriptors or
  /// stack, so nothing here recurses: a directory within a directory is moved
  /// up to the top first, and the top is listed again. It can fill one with more
  /// names than there is memory, so they are taken in portions.
  ///
  /// - Throws: `RuntimeError`; `EBUSY` or `EXDEV` at a mount, which is not
  ///   touched.
  ///
  /// The corresponding calls are unlinkat(2), renameat2(2).
  package static func empty(
    _ top: borrowing Descriptor, except kept: [FileName] = []
  ) throws(RuntimeError) {
    var moved = 0
    while try removePass(top, except: kept, &moved) {}
  }

  /// Goes through the top once.
  ///
  /// - Returns: whether there may be more in it than was listed.
  private static func removePass(
    _ top: borrowing Descriptor, except kept: [FileName], _ moved: inout Int
  ) throws(RuntimeError) -> Bool {
    let before = moved
    var portions = 0
    try Directory.rewind(top)
    while true {
      let names = try Directory.nextNames(in: top)
      if names.isEmpty { break }
      portions += 1
      for name in names where !kept.contains(name) {
        if try !removed(name, at: top) { try flatten(name, into: top, &moved) }
      }
    }
    // What one call listed was all there; between two, file systems may lose
    // their place when names go.
    return moved > before || portions > 1
  }

  /// Removes what is not a directory.
  ///
  /// - Returns: false for a directory.
  private static func removed(
    _ name: FileName, at directory: borrowing Descriptor
  ) throws(RuntimeError) -> Bool {
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
  ) throws(RuntimeError) {
    do {
      let directory = try name.open([.directory, .noFollow], in: top)
      var attempts = 0
      while true {
        try clear(directory, into: top, &moved)
        do {
          return try name.remove(isDirectory: true, in: top)
        } catch  where error.errno == ENOTEMPTY && attempts < 100 {
          // The listing left something out, or somebody still writes.
          attempts += 1
        }
      }
    } catch  where error.errno == ENOENT {}
  }

  private static func clear(
    _ directory: borrowing Descriptor, into top: borrowing Descriptor, _ moved: inout Int
  ) throws(RuntimeError) {
    try Directory.rewind(directory)
    while true {
      let names = try Directory.nextNames(in: directory)
      if names.isEmpty { return }
      for name in names where try !removed(name, at: directory) {
        try raise(name, from: directory, to: top, &moved)
      }
    }
  }

  private static func raise(
    _ name: FileName, from directory: borrowing Descriptor, to top: borrowing Descriptor,
    _ moved: inout Int
  ) throws(RuntimeError) {
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
