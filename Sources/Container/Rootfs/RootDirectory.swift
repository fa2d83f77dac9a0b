// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The container's root file system while it is set up: every path below it is
/// resolved inside it.
struct RootDirectory: ~Copyable {
  /// The root, open as a path.
  let descriptor: Descriptor

  /// Which directory of which mount it is.
  let place: FileStatus

  /// Takes over an open root.
  init(_ descriptor: consuming Descriptor) throws(RuntimeError) {
    let place = try FileStatus(of: descriptor)
    self.descriptor = descriptor
    self.place = place
  }

  /// Opens what is at a path, nil when nothing is there.
  borrowing func existing(
    _ path: String, resolve: SafePath.Resolve = .usual
  ) throws(RuntimeError) -> Descriptor? {
    do {
      return try SafePath.open(path, in: descriptor, resolve: resolve)
    } catch {
      if error.errno == ENOENT || error.errno == ENOTDIR { return nil }
      // A link, where none is followed, is nothing.
      if error.errno == ELOOP, resolve.contains(.noLinks) { return nil }
      throw error
    }
  }

  /// Opens a directory through no symbolic link at all, making it when it is
  /// missing.
  ///
  /// - Throws: `RuntimeError` with `ELOOP` or `ENOTDIR` when something else has
  ///   its place.
  borrowing func ordinaryDirectory(_ path: String) throws(RuntimeError) -> Descriptor {
    try SafePath.makeDirectories(path, in: descriptor, resolve: .withoutLinks)
  }
}
