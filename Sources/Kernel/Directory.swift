// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Directories as lists of names.
package enum Directory {
  /// The names in an open directory, `.` and `..` left out.
  ///
  /// All of them are in memory at once: where somebody else can have made any
  /// number, `rewind` and `nextNames` go through them in portions.
  package static func names(_ directory: borrowing Descriptor) throws(RuntimeError) -> [FileName] {
    try entries(directory).map { $0.name }
  }

  /// How far a listing has come, to go on with it however the directory is opened.
  package struct Place {
    fileprivate var offset: off_t = 0

    /// The beginning.
    package init() {}
  }

  /// The next names of directories in an open directory, a few hundred at most;
  /// none at the end.
  ///
  /// It believes what the file system says of the types of its entries, which
  /// saves a look at each; those of the kernel, such as cgroup2, say it.
  package static func nextSubdirectories(
    of directory: borrowing Descriptor, from place: inout Place
  ) throws(RuntimeError) -> [FileName] {
    try check(negatedErrno(lseek(directory.number, place.offset, SEEK_SET)), "lseek")
    while let portion = try nextEntries(in: directory) {
      let names = portion.filter { $0.isDirectory }.map { $0.name }
      if names.isEmpty { continue }
      place.offset = try check(negatedErrno(lseek(directory.number, 0, SEEK_CUR)), "lseek")
      return names
    }
    return []
  }

  /// Has `nextNames` start from the beginning.
  ///
  /// The offset belongs to the open file, so a listing that another has begun
  /// on a copy of the descriptor starts again, too.
  ///
  /// The corresponding call is lseek(2).
  package static func rewind(_ directory: borrowing Descriptor) throws(RuntimeError) {
    try check(negatedErrno(lseek(directory.number, 0, SEEK_SET)), "lseek")
  }

  /// The next names in an open directory, a few hundred at most, `.` and `..`
  /// left out; none at the end.
  ///
  /// Those given may be removed meanwhile. Whether what is made meanwhile is
  /// given, only the file system knows.
  package static func nextNames(
    in directory: borrowing Descriptor
  ) throws(RuntimeError) -> [FileName] {
    while let portion = try nextEntries(in: directory) {
      if !portion.isEmpty { return portion.map { $0.name } }
    }
    return []
  }

  private typealias Entry = (name: FileName, isDirectory: Bool)

  private static func entries(_ directory: borrowing Descriptor) throws(RuntimeError) -> [Entry] {
    try rewind(directory)
    var entries: [Entry] = []
    while let portion = try nextEntries(in: directory) { entries += portion }
    return entries
  }

  /// What one call gives, `.` and `..` left out; nil at the end.
  ///
  /// The corresponding call is getdents64(2).
  private static func nextEntries(
    in directory: borrowing Descriptor
  ) throws(RuntimeError) -> [Entry]? {
    let number = directory.number
    let (buffer, found) = unsafe [UInt8].filled(size: 8192) {
      unsafe clinux_getdents64(number, $0.baseAddress, $0.count)
    }
    // Somebody has removed the directory itself.
    if found == -ENOENT { return nil }
    let count = Int(try check(found, "getdents64"))
    if count == 0 { return nil }
    var entries: [Entry] = []
    var offset = 0
    while offset < count {
      // struct linux_dirent64: inode, offset (8 bytes each), record length (2),
      // type (1), name.
      let length = Int(buffer[offset + 16]) | Int(buffer[offset + 17]) << 8
      let name = buffer[(offset + 19)..<(offset + length)].prefix { $0 != 0 }
      if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) {
        entries.append((FileName(bytes: name), buffer[offset + 18] == UInt8(DT_DIR)))
      }
      offset += length
    }
    return entries
  }

  /// Removes an entry of a directory with everything below it, following no
  /// links; what is not there is no error.
  package static func removeTree(
    _ name: FileName, at parent: borrowing Descriptor
  ) throws(RuntimeError) {
    do {
      try name.remove(in: parent)
    } catch  where error.errno == EISDIR || error.errno == EPERM {
      try TreeRemoval.empty(try name.open([.directory, .noFollow], in: parent))
      try name.remove(isDirectory: true, in: parent)
    } catch  where error.errno == ENOENT {}
  }
}
