// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Something that is told when names in directories change (inotify(7)).
///
/// It only wakes: whoever is woken looks at what is there.
package struct DirectoryWatch: ~Copyable {
  /// What of a directory wakes.
  package struct Events: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// A file in it that was open for writing has been closed.
    package static let written = Events(rawValue: UInt32(IN_CLOSE_WRITE))
    /// A file has got its name there by being renamed.
    package static let renamed = Events(rawValue: UInt32(IN_MOVED_TO))
    /// A name has been removed from it.
    package static let removed = Events(rawValue: UInt32(IN_DELETE))
    /// Only the first of what is asked for wakes; it is to be added again then.
    package static let once = Events(rawValue: UInt32(IN_ONESHOT))
  }

  /// Readable once something has happened.
  package let descriptor: Descriptor

  /// Makes one that watches nothing yet.
  ///
  /// - Throws: `RuntimeError`; `EMFILE` when the user has as many as may be.
  ///
  /// The corresponding call is inotify_init1(2).
  package init() throws(RuntimeError) {
    let number = negatedErrno(inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)))
    descriptor = Descriptor(owning: try check(number, "inotify_init1"))
  }

  /// Watches a directory; what happens from here on wakes.
  ///
  /// - Throws: `RuntimeError` naming `path`; `ENOSPC` when the user watches as many
  ///   as may be.
  ///
  /// The corresponding call is inotify_add_watch(2).
  package borrowing func add(_ path: String, _ events: Events) throws(RuntimeError) {
    let mask = events.rawValue | UInt32(IN_ONLYDIR) | UInt32(IN_DONT_FOLLOW)
    try check(
      negatedErrno(unsafe inotify_add_watch(descriptor.number, path, mask)), "inotify_add_watch",
      path)
  }

  /// Takes what has happened up to now, so that only what comes after it wakes
  /// again.
  ///
  /// The corresponding call is read(2).
  package borrowing func clear() {
    var events = [UInt8](repeating: 0, count: 4096)
    var count = 0
    repeat {
      count = unsafe events.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count)
      }
    } while count > 0
  }
}
