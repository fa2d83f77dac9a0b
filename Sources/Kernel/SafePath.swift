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

    /// What is said of paths in a root: links lead nowhere else.
    package static let usual: Resolve = [.inRoot, .noMagicLinks]
    /// The same for a path that holds no link at all.
    package static let withoutLinks: Resolve = [.inRoot, .noMagicLinks, .noLinks]
  }

  /// Opens a path without ever leaving the given root.
  ///
  /// Symlinks, absolute ones too, resolve as if `root` were `/`, so an image
  /// cannot point a mount target at the host.
  ///
  /// - Throws: `RuntimeError` naming `path`.
  ///
  /// The corresponding call is openat2(2) with `RESOLVE_IN_ROOT`.
  package static func open(
    _ path: String, in root: borrowing Descriptor, _ flags: OpenFlags = .path,
    mode: UInt32 = 0, resolve: Resolve = .usual
  ) throws(RuntimeError) -> Descriptor {
    let number = root.number
    // The kernel answers EAGAIN when a rename or mount raced with the walk.
    var attempts = 0
    while true {
      let result = unsafe (path.isEmpty ? "." : path).withCString { path in
        retrying {
          unsafe clinux_openat2(
            number, path, UInt64(UInt32(bitPattern: flags.rawValue | O_CLOEXEC)), UInt64(mode),
            resolve.rawValue)
        }
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
  /// are followed inside the root, also to what is missing yet, unless
  /// `resolve` forbids it.
  package static func makeDirectories(
    _ path: String, in root: borrowing Descriptor, mode: UInt32 = 0o755,
    resolve: Resolve = .usual
  ) throws(RuntimeError) -> Descriptor {
    try make(path, in: root, mode: mode, isDirectory: true, resolve, links: 0)
  }

  /// Opens a file in the root as the target of a mount, making a plain one and
  /// the directories above it when nothing is there.
  package static func makeFile(
    _ path: String, in root: borrowing Descriptor, mode: UInt32 = 0o644,
    resolve: Resolve = .usual
  ) throws(RuntimeError) -> Descriptor {
    try make(path, in: root, mode: mode, isDirectory: false, resolve, links: 0)
  }

  /// As many symbolic links as the kernel follows.
  private static let mostLinks = 40

  private static func make(
    _ path: String, in root: borrowing Descriptor, mode: UInt32, isDirectory: Bool,
    _ resolve: Resolve, links: Int
  ) throws(RuntimeError) -> Descriptor {
    let flags: OpenFlags = isDirectory ? [.path, .directory] : .path
    do {
      return try open(path, in: root, flags, resolve: resolve)
    } catch {
      let (parent, name) = split(path)
      if error.errno != ENOENT || name.isEmpty { throw error }
      let above = try make(
        parent, in: root, mode: isDirectory ? mode : 0o755, isDirectory: true, resolve,
        links: links)
      do {
        try makeEntry(name, at: above, mode: mode, isDirectory: isDirectory)
      } catch {
        if error.errno != EEXIST { throw error }
        // Made by another meanwhile, or a link to what is missing.
        if let target = try? File.linkTarget(name, at: above) {
          if links == mostLinks || resolve.contains(.noLinks) {
            throw RuntimeError(call: "openat2", errno: ELOOP, subject: path)
          }
          return try make(
            target.hasPrefix("/") ? target : "\(parent)/\(target)", in: root, mode: mode,
            isDirectory: isDirectory, resolve, links: links + 1)
        }
      }
      return try open(
        name, in: above, flags.union(.noFollow), resolve: [.beneath, .noMagicLinks])
    }
  }

  private static func makeEntry(
    _ name: String, at directory: borrowing Descriptor, mode: UInt32, isDirectory: Bool
  ) throws(RuntimeError) {
    if isDirectory { return try File.makeDirectory(name, mode: mode, at: directory) }
    _ = try open(
      name, in: directory, [.writeOnly, .create, .exclusive, .noFollow], mode: mode,
      resolve: [.beneath, .noMagicLinks])
  }

  /// The path from the root without empty, `.` and `..` components, which mean
  /// what the text says and not what links would make of it.
  package static func cleaned(_ path: String) -> String {
    if isClean(path) { return path }
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    var cleaned: [UInt8] = []
    var part: [UInt8] = []
    for byte in Array(path.utf8) + [slash] {
      if byte != slash {
        part.append(byte)
        continue
      }
      if part == [dot, dot] {
        while let last = cleaned.popLast(), last != slash {}
      } else if !part.isEmpty, part != [dot] {
        cleaned.append(slash)
        cleaned += part
      }
      part.removeAll(keepingCapacity: true)
    }
    return cleaned.isEmpty ? "/" : String(decoding: cleaned, as: UTF8.self)
  }

  /// Whether a path is from the root and has none of those components.
  private static func isClean(_ path: String) -> Bool {
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    guard path.utf8.first == slash else { return false }
    var (length, dots) = (0, 0)
    for byte in path.utf8.dropFirst() {
      if byte != slash {
        length += 1
        if byte == dot { dots += 1 }
        continue
      }
      if length == 0 || length == dots && dots <= 2 { return false }
      (length, dots) = (0, 0)
    }
    return path.utf8.count == 1 || length > 0 && (length != dots || dots > 2)
  }

  /// The rest of a cleaned path below a cleaned directory; nil when it is not
  /// below it.
  package static func rest(of path: String, below directory: String) -> String? {
    let start = directory == "/" ? directory : directory + "/"
    guard path.utf8.starts(with: start.utf8) else { return nil }
    return String(decoding: path.utf8.dropFirst(start.utf8.count), as: UTF8.self)
  }

  /// Splits off the last component, trailing slashes and `.` ignored.
  package static func split(_ path: String) -> (parent: String, name: String) {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard let last = parts.last else { return ("", "") }
    return (parts.dropLast().joined(separator: "/"), String(last))
  }
}
