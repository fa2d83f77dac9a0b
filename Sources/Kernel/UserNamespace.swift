// SPDX-License-Identifier: Apache-2.0

/// The user namespaces in which processes may have their privileges.
package enum UserNamespace: Sendable, Equatable {
  /// The first one: its root is the host's.
  case initial
  /// One that the caller was in already.
  case caller
  /// The container's.
  case container

  /// The one that this process is in, if it is not a container's.
  ///
  /// The source is `/proc/self/ns/user` (user_namespaces(7)).
  package static var own: UserNamespace {
    // A kernel without user namespaces has no such file.
    guard let status = try? FileStatus("/proc/self/ns/user") else { return .initial }
    return status.inode == initialInode ? .initial : .caller
  }

  /// `USER_NS_INIT_INO`.
  private static let initialInode: UInt64 = 0xEFFF_FFFD
}
