// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The table of mounts that a process sees (proc_pid_mountinfo(5)).
package struct MountInfo: Sendable {
  /// One mount.
  package struct Entry: Sendable, Equatable {
    /// The ID of the mount.
    package let id: UInt64
    /// The ID of the mount that it is on.
    package let parent: UInt64
    /// The directory of the file system that is mounted here.
    package let root: String
    /// Where it is mounted.
    package let mountPoint: String
    /// The options of this mount, comma separated.
    package let options: String
    /// The type of the file system.
    package let type: String
    /// What was mounted, such as a device.
    package let source: String
    /// The options of the file system, comma separated.
    package let fileSystemOptions: String
  }

  /// The mounts, in the order in which they were made.
  package let entries: [Entry]

  /// Reads the table of this process.
  package static func read() throws(RuntimeError) -> MountInfo {
    MountInfo(text: try File.readText("/proc/self/mountinfo"))
  }

  /// Reads the table from its open file, from the start.
  ///
  /// The corresponding calls are lseek(2) and read(2).
  package static func read(from file: borrowing Descriptor) throws(RuntimeError) -> MountInfo {
    try check(negatedErrno(lseek(file.number, 0, SEEK_SET)), "lseek", "mountinfo")
    let bytes = try File.readAll(file, subject: "mountinfo")
    return MountInfo(text: String(decoding: bytes, as: UTF8.self))
  }

  /// Takes a table apart; lines of another shape are left out.
  package init(text: String) {
    entries = text.utf8.split(separator: UInt8(ascii: "\n")).compactMap(Self.entry)
  }

  /// The fields are `id parent major:minor root point options tag... - type
  /// source superoptions`, with any number of tags.
  private static func entry(_ line: Substring.UTF8View) -> Entry? {
    let fields = line.split(separator: UInt8(ascii: " "))
    guard let dash = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
      dash >= 6, fields.count >= dash + 3,
      let id = UInt64(Substring(fields[0])), let parent = UInt64(Substring(fields[1]))
    else { return nil }
    return Entry(
      id: id, parent: parent, root: unescaped(fields[3]), mountPoint: unescaped(fields[4]),
      options: unescaped(fields[5]), type: unescaped(fields[dash + 1]),
      source: unescaped(fields[dash + 2]),
      fileSystemOptions: fields.count > dash + 3 ? unescaped(fields[dash + 3]) : "")
  }

  /// Undoes the kernel's `\040` for a space and its like.
  private static func unescaped(_ field: Substring.UTF8View) -> String {
    guard field.contains(UInt8(ascii: "\\")) else { return String(Substring(field)) }
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(Substring(digits), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
