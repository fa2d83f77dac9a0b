// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The standard streams that a process inherits.
enum StandardStreams {
  /// Gives the inherited pipes and sockets to the process's user, so that it can
  /// open them again through /dev/stdout and its like.
  ///
  /// Nothing else is: a file, a device or a terminal that the caller has
  /// redirected a stream to is in a file system, where others know it, and stays
  /// the caller's. A terminal that is made for the process is given when it is
  /// made.
  static func give(to uid: UInt32) throws(RuntimeError) {
    try give(.input, to: uid)
    try give(.output, to: uid)
    try give(.error, to: uid)
  }

  private static func give(_ inherited: StandardStream, to uid: UInt32) throws(RuntimeError) {
    do {
      let stream = try Descriptor.copy(of: inherited)
      if try FileStatus(of: stream).uid == uid { return }
      let kind = try MountTree.filesystem(of: stream).magic
      if kind == MountTree.pipefsMagic || kind == MountTree.sockfsMagic {
        try OwnProcess.changeOwner(of: stream, to: uid)
      }
    } catch {
      // The program can still use the stream as it is. A user namespace may not
      // know the owner (EINVAL, EOVERFLOW), and streams may be closed.
      if [EPERM, EINVAL, EOVERFLOW, EBADF].contains(error.errno) { return }
      throw error.adding("change the owner of stream \(inherited.rawValue)")
    }
  }
}
