// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Directories as lists of names.
package enum Directory {
  /// The names in an open directory, `.` and `..` left out.
  package static func names(_ directory: borrowing Descriptor) throws(SystemError) -> [FileName] {
    try entries(directory).map(\.name)
  }

  /// The names of the directories in an open directory.
  ///
  /// It believes what the file system says of the types of its entries, which
  /// saves a look at each; those of the kernel, such as cgroup2, say it.
  package static func subdirectories(
    of directory: borrowing Descriptor
  ) throws(SystemError) -> [FileName] {
    try entries(directory).filter(\.isDirectory).map(\.name)
  }

  /// The corresponding call is getdents64(2).
  private static func entries(
    _ directory: borrowing Descriptor
  ) throws(SystemError) -> [(name: FileName, isDirectory: Bool)] {
    // The offset belongs to the open file, so a second listing starts here too.
    try check(negatedErrno(lseek(directory.number, 0, SEEK_SET)), "lseek")
    var entries: [(name: FileName, isDirectory: Bool)] = []
    var buffer = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = Int(
        try check(
          unsafe buffer.withUnsafeMutableBytes {
            unsafe clinux_getdents64(directory.number, $0.baseAddress, $0.count)
          }, "getdents64"))
      if count == 0 { return entries }
      var offset = 0
      while offset < count {
        // struct linux_dirent64: inode, offset (8 bytes each), record length
        // (2), type (1), name.
        let length = Int(buffer[offset + 16]) | Int(buffer[offset + 17]) << 8
        let name = buffer[(offset + 19)..<(offset + length)].prefix { $0 != 0 }
        if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) {
          entries.append((FileName(bytes: name), buffer[offset + 18] == UInt8(DT_DIR)))
        }
        offset += length
      }
    }
  }

  /// Removes an entry of a directory with everything below it, following no
  /// links; what is not there is no error.
  package static func removeTree(
    _ name: FileName, at parent: borrowing Descriptor
  ) throws(SystemError) {
    do {
      try name.remove(in: parent)
    } catch  where error.errno == EISDIR || error.errno == EPERM {
      try TreeRemoval.empty(try name.open([.directory, .noFollow], in: parent))
      try name.remove(isDirectory: true, in: parent)
    } catch  where error.errno == ENOENT {}
  }
}
