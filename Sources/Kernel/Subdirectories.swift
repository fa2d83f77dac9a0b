// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

extension Descriptor {
  /// The names of the directories in an open directory.
  ///
  /// It believes what the file system says of the types of its entries, which
  /// saves a look at each; those of the kernel, such as cgroup2, say it.
  ///
  /// The corresponding call is getdents64(2).
  package borrowing func subdirectories() throws(SystemError) -> [String] {
    try check(negatedErrno(lseek(number, 0, SEEK_SET)), "lseek")
    var names: [String] = []
    var buffer = [UInt8](repeating: 0, count: 8192)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes {
        unsafe clinux_getdents64(number, $0.baseAddress, $0.count)
      }
      if try check(count, "getdents64") == 0 { return names }
      // struct linux_dirent64: inode, offset (8 bytes each), record length (2),
      // type (1), name.
      var rest = buffer[..<count]
      while rest.count > 19 {
        let start = rest.startIndex
        let name = rest[(start + 19)...].prefix { $0 != 0 }
        if rest[start + 18] == UInt8(DT_DIR), ![[46], [46, 46]].contains(Array(name)) {
          names.append(String(decoding: name, as: UTF8.self))
        }
        rest = rest.dropFirst(Int(rest[start + 16]) | Int(rest[start + 17]) << 8)
      }
    }
  }
}
