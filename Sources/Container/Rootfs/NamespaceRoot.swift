// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The root of the container's mount namespace while it is set up.
///
/// It is above the process's own root when the runtime was called in a chroot.
/// setns(2) leads there whatever pivot_root(2) has done to a chroot: the
/// container's root has to take its place, or `exec` would be in the host's.
struct NamespaceRoot {
  /// The root, when it is not the process's own.
  private let above: Shared<Descriptor>?

  /// Finds the root of a mount namespace just made, and keeps all that is
  /// mounted from here on from the host.
  init() throws(RuntimeError) {
    let own = try File.open("/", [.path, .directory])
    let workingDirectory = try Self.workingDirectory()
    try Namespaces.join(Namespaces.own(.mount), .mount)
    // A chroot need not be a mount point; this is one.
    try Mounts.mount(on: "/", [.slave, .recursive])
    let found = try File.open("/", [.path, .directory])
    if try FileStatus(of: found).isSamePlace(as: FileStatus(of: own)) {
      above = nil
    } else {
      above = Shared(found)
      try OwnProcess.changeDirectory(to: own)
      try OwnProcess.changeRoot(".")
    }
    if let workingDirectory { try OwnProcess.changeDirectory(to: workingDirectory) }
  }

  /// The working directory; nil where it is closed to the user namespace, and
  /// the root has to do.
  private static func workingDirectory() throws(RuntimeError) -> Descriptor? {
    do {
      return try File.open(".", [.path, .directory])
    } catch  where error.errno == EACCES {
      return nil
    }
  }

  /// Leaves the chroot, if there is one.
  func enter() throws(RuntimeError) {
    guard let above else { return }
    try OwnProcess.changeDirectory(to: above.value)
    try OwnProcess.changeRoot(".")
  }
}
