// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// A running container as a process that enters it finds it.
///
/// What there is to join is asked of the kernel where the record cannot know:
/// the runtime may live in the container's user namespace already, as that of
/// an engine without privileges does, or in another one than the runtime that
/// created the container.
struct EntryTarget {
  /// The namespaces to join.
  let namespaces: NamespaceKinds
  private let handle: Shared<Descriptor>
  /// The container's root, where its mount namespace does not bring it along.
  private let root: Shared<Descriptor>?

  /// Opens a container.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when it is not running.
  init(_ record: ContainerRecord) throws(RuntimeError) {
    guard let process = record.initProcess, let handle = try process.open() else {
      throw RuntimeError.notRunning
    }
    let ownsUsers = try !FileStatus("/proc/\(process.pid)/ns/user")
      .isSameFile(as: FileStatus("/proc/self/ns/user"))
    root =
      record.mountsOutlive
      ? Shared(try File.open("/proc/\(process.pid)/root", [.path, .directory])) : nil
    // What was found by its ID was its own only if it still lives.
    if try handle.value.waitUntilReadable(until: .now) { throw RuntimeError.notRunning }
    self.handle = handle
    namespaces =
      ownsUsers ? record.namespaces.all.union(.user) : record.namespaces.all.subtracting(.user)
  }

  /// Whether the container has other users than the runtime.
  var hasUserNamespace: Bool { namespaces.contains(.user) }

  /// Moves this process into the container's namespaces and root, as the root
  /// of its users, or as `user` where there is none; only its children will be
  /// in the PID namespace.
  func join(else user: User) throws(RuntimeError) {
    if !namespaces.isEmpty { try Namespaces.join(handle.value, namespaces) }
    if let root {
      try OwnProcess.changeDirectory(to: root.value)
      try OwnProcess.changeRoot(".")
    }
    if hasUserNamespace { try NamespaceRootUser.become(else: user) }
  }
}
