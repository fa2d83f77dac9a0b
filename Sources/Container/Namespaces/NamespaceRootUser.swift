// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// Whom a process becomes that has entered a container's user namespace and has
/// to act there for the container.
enum NamespaceRootUser {
  /// Becomes the namespace's root, or, for IDs that it has no root for, the
  /// given user: as anybody who is not mapped no file could be made.
  static func become(else user: User?) throws(RuntimeError) {
    do {
      try OwnProcess.setGroup(0)
    } catch {
      guard error.errno == EINVAL, let user else { throw error }
      try OwnProcess.setGroup(user.gid)
    }
    do {
      try OwnProcess.setUser(0)
    } catch {
      guard error.errno == EINVAL, let user else { throw error }
      try OwnProcess.setUser(user.uid)
    }
  }
}
