// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// The name of a file in a directory as the kernel has it: bytes, which need
/// not be text.
///
/// Whoever goes through directories that a container wrote has to use it: a
/// name that is no UTF-8 would become another one on its way through `String`.
@safe package struct FileName: Hashable, Sendable {
  /// The bytes, with a zero at the end.
  private let characters: [CChar]

  /// Takes the bytes, which must hold no zero.
  package init(bytes: some Sequence<UInt8>) {
    characters = bytes.map { CChar(bitPattern: $0) } + [0]
  }

  /// Takes a name that is text.
  package init(_ text: String) {
    self.init(bytes: text.utf8)
  }

  /// The name as text, with what is no text replaced.
  package var text: String {
    String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Opens the file.
  ///
  /// The corresponding call is openat(2).
  package func open(
    _ flags: OpenFlags, mode: UInt32 = 0o666, in directory: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    let number = directory.number
    let result = retrying {
      unsafe clinux_openat(number, characters, flags.rawValue | O_CLOEXEC, mode)
    }
    return Descriptor(owning: try check(result, "open", text))
  }

  /// Reads the status, of a link itself.
  ///
  /// The corresponding call is statx(2).
  package func status(in directory: borrowing Descriptor) throws(RuntimeError) -> FileStatus {
    var raw = clinux_stat()
    try check(
      unsafe clinux_statx(directory.number, characters, AT_SYMLINK_NOFOLLOW, &raw), "statx", text)
    return FileStatus(raw)
  }

  /// Removes the file, or an empty directory.
  ///
  /// The corresponding call is unlinkat(2).
  package func remove(
    isDirectory: Bool = false, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    try check(
      negatedErrno(
        unsafe unlinkat(directory.number, characters, isDirectory ? AT_REMOVEDIR : 0)),
      isDirectory ? "rmdir" : "unlink", text)
  }

  /// Makes a directory.
  ///
  /// The corresponding call is mkdirat(2).
  package func makeDirectory(
    mode: UInt32, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    try check(negatedErrno(unsafe mkdirat(directory.number, characters, mode)), "mkdir", text)
  }

  /// Makes a device node or a named pipe; `type` holds the permissions too.
  ///
  /// The corresponding call is mknodat(2).
  func makeNode(
    _ type: UInt32, major: UInt32, minor: UInt32, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    try check(
      unsafe clinux_mknodat(directory.number, characters, type, major, minor), "mknod", text)
  }

  /// Makes a copy of a symbolic link in another directory.
  ///
  /// The corresponding calls are readlinkat(2), symlinkat(2).
  func copyLink(
    from source: borrowing Descriptor, to target: borrowing Descriptor
  ) throws(RuntimeError) {
    var destination = [CChar](repeating: 0, count: 4097)
    try check(
      negatedErrno(unsafe readlinkat(source.number, characters, &destination, 4096)), "readlink",
      text)
    try check(
      negatedErrno(unsafe symlinkat(destination, target.number, characters)), "symlink", text)
  }

  /// Moves the file to another directory, where nothing may have the new name.
  ///
  /// - Throws: `RuntimeError` with `EEXIST` when something has.
  ///
  /// The corresponding call is renameat2(2) with `RENAME_NOREPLACE`.
  func move(
    from source: borrowing Descriptor, to target: borrowing Descriptor, as name: FileName
  ) throws(RuntimeError) {
    try check(
      unsafe clinux_renameat2(source.number, characters, target.number, name.characters, 1),
      "renameat2", text)
  }

  /// Gives the file, a link itself, to a user and, unless it is nil, a group.
  ///
  /// The corresponding call is fchownat(2).
  package func setOwner(
    _ uid: UInt32, _ gid: UInt32? = nil, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    try check(
      negatedErrno(
        unsafe fchownat(directory.number, characters, uid, gid ?? ~0, AT_SYMLINK_NOFOLLOW)),
      "chown", text)
  }

  /// Changes the permissions of what is no link.
  ///
  /// The corresponding call is fchmodat(2).
  package func setPermissions(_ mode: UInt32, in directory: borrowing Descriptor)
    throws(RuntimeError)
  {
    try check(
      negatedErrno(unsafe fchmodat(directory.number, characters, mode_t(mode), 0)), "chmod", text)
  }
}
