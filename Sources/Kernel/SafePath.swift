// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Paths inside a root directory that may be hostile.
package enum SafePath {
  /// What openat2(2) refuses on the way.
  package struct Resolve: OptionSet, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
      self.rawValue = rawValue
    }

    /// Do not cross into another mount.
    package static let noMountCrossing = Resolve(rawValue: 0x01)
    /// Follow no links like /proc/self/fd/N.
    package static let noMagicLinks = Resolve(rawValue: 0x02)
    /// Follow no symbolic links.
    package static let noLinks = Resolve(rawValue: 0x04)
    /// Fail when the path leaves the directory.
    package static let beneath = Resolve(rawValue: 0x08)
    /// Treat the directory as `/`.
    package static let inRoot = Resolve(rawValue: 0x10)
  }

  /// Opens a path without ever leaving the given root.
  ///
  /// Symlinks, absolute ones too, resolve as if `root` were `/`, so an image
  /// cannot point a mount target at the host.
  ///
  /// - Throws: `SystemError` naming `path`.
  ///
  /// The corresponding call is openat2(2) with `RESOLVE_IN_ROOT`.
  package static func open(
    _ path: String, in root: borrowing Descriptor, _ flags: OpenFlags = .path,
    mode: UInt32 = 0, resolve: Resolve = [.inRoot, .noMagicLinks]
  ) throws(SystemError) -> Descriptor {
    let number = root.number
    // The kernel answers EAGAIN when a rename or mount raced with the walk.
    var attempts = 0
    while true {
      let result = retrying {
        unsafe clinux_openat2(
          number, path.isEmpty ? "." : path,
          UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), UInt64(mode), resolve.rawValue)
      }
      if result == -EAGAIN, attempts < 128 {
        attempts += 1
        continue
      }
      return Descriptor(owning: try check(result, "openat2", path))
    }
  }

  /// Opens a directory in the root, making what is missing of it.
  ///
  /// Each component is made in a directory already opened, so nothing that a
  /// concurrent rename does can place it elsewhere. Symbolic links on the way
  /// are followed inside the root.
  package static func makeDirectories(
    _ path: String, in root: borrowing Descriptor, mode: UInt32 = 0o755
  ) throws(SystemError) -> Descriptor {
    do {
      return try open(path, in: root, [.path, .directory])
    } catch  where error.errno == ENOENT {
      let (parent, name) = split(path)
      if name.isEmpty { throw error }
      let above = try makeDirectories(parent, in: root, mode: mode)
      do {
        try File.makeDirectory(name, mode: mode, at: above.number)
      } catch  where error.errno == EEXIST {
        // A dangling link: what it points to is not made.
      }
      return try open(
        name, in: above, [.path, .directory, .noFollow], resolve: [.beneath, .noMagicLinks])
    }
  }

  /// Opens a plain file in the root, making it and the directories above it
  /// when they are missing, as the target of a mount.
  package static func makeFile(
    _ path: String, in root: borrowing Descriptor, mode: UInt32 = 0o755
  ) throws(SystemError) -> Descriptor {
    do {
      return try open(path, in: root, .path)
    } catch  where error.errno == ENOENT {
      let (parent, name) = split(path)
      let above = try makeDirectories(parent, in: root, mode: mode)
      do {
        _ = try open(
          name, in: above, [.writeOnly, .create, .exclusive, .noFollow], mode: mode,
          resolve: [.beneath, .noMagicLinks])
      } catch  where error.errno == EEXIST {}
      return try open(name, in: above, [.path, .noFollow], resolve: [.beneath, .noMagicLinks])
    }
  }

  /// Splits off the last component, trailing slashes and `.` ignored.
  package static func split(_ path: String) -> (parent: String, name: String) {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard let last = parts.last else { return ("", "") }
    return (parts.dropLast().joined(separator: "/"), String(last))
  }
}
