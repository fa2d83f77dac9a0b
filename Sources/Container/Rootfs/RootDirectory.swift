// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The container's root file system while it is set up: every path below it is
/// resolved inside it.
struct RootDirectory: ~Copyable {
  /// The root, open as a path.
  let descriptor: Descriptor

  /// Takes over an open root.
  init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// Whether an open file is the root itself.
  borrowing func isAt(_ file: borrowing Descriptor) throws(SystemError) -> Bool {
    try FileStatus(of: file).isSamePlace(as: FileStatus(of: descriptor))
  }

  /// Opens what is at a path, nil when nothing is there.
  borrowing func existing(_ path: String) throws(SystemError) -> Descriptor? {
    do {
      return try SafePath.open(path, in: descriptor)
    } catch  where error.errno == ENOENT || error.errno == ENOTDIR {
      return nil
    }
  }

  /// Opens a directory through no symbolic link at all, making it when it is
  /// missing.
  ///
  /// - Throws: `SystemError` with `ELOOP` or `ENOTDIR` when something else has
  ///   its place.
  borrowing func ordinaryDirectory(_ path: String) throws(SystemError) -> Descriptor {
    let resolve: SafePath.Resolve = [.inRoot, .noLinks, .noMagicLinks]
    do {
      return try SafePath.open(path, in: descriptor, [.path, .directory], resolve: resolve)
    } catch  where error.errno == ENOENT {
      _ = try SafePath.makeDirectories(path, in: descriptor)
      return try SafePath.open(path, in: descriptor, [.path, .directory], resolve: resolve)
    }
  }
}
