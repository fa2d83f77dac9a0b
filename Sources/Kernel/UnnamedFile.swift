// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Files that get a name only once they are whole (open(2), `O_TMPFILE`).
package enum UnnamedFile {
  /// Writes a file whole, in the place of one that has its name.
  ///
  /// Where there is none of that name, a process that is killed meanwhile leaves
  /// the new one or nothing; else it may leave the new one beside the other,
  /// under a name that the next writing takes away. File systems that know no
  /// unnamed files get one of another name.
  ///
  /// The corresponding calls are open(2) with `O_TMPFILE`, linkat(2), rename(2).
  package static func place(
    _ bytes: [UInt8], at path: String, mode: UInt32
  ) throws(RuntimeError) {
    let slash = path.lastIndex(of: "/")
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = path[(slash.map { path.index(after: $0) } ?? path.startIndex)...]
    let file: Descriptor
    do {
      file = try File.open(directory, [.writeOnly, temporary], mode: mode)
    } catch {
      // EISDIR is what a kernel says that does not know the flag.
      if error.errno != EOPNOTSUPP, error.errno != EISDIR { throw error }
      return try File.replace(path, with: bytes, mode: mode)
    }
    try File.write(bytes, to: file, subject: path)
    if try link(file, to: path) { return }
    let beside = "\(directory)/.runp.\(name)"
    if try !link(file, to: beside) {
      try File.remove(beside)
      _ = try link(file, to: beside)
    }
    try File.rename(beside, to: path)
  }

  /// `O_TMPFILE`, hidden behind `_GNU_SOURCE`.
  private static let temporary = OpenFlags(rawValue: 0o20000000 | O_DIRECTORY)

  /// Gives an open file a name.
  ///
  /// - Returns: false when something has it.
  private static func link(
    _ file: borrowing Descriptor, to path: String
  ) throws(RuntimeError) -> Bool {
    let result = negatedErrno(
      unsafe linkat(AT_FDCWD, file.procPath, AT_FDCWD, path, AT_SYMLINK_FOLLOW))
    if result == -EEXIST { return false }
    try check(result, "linkat", path)
    return true
  }
}
