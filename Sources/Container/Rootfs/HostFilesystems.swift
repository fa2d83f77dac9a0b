// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// File systems that a container may have to see through the host's mount of
/// them.
extension Mounter {
  /// Mounts sysfs.
  func mountSystem(
    _ planned: PlannedMount, onto target: borrowing Descriptor, in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let filesystem = filesystem(planned, type: "sysfs")
    do {
      try mountNew(filesystem, planned, onto: target, in: root)
    } catch {
      if error.errno != EPERM { throw error }
      // Without a network namespace of its own a user namespace, the container's
      // or the caller's, may not mount sysfs, but it may see the host's.
      if let parameter = filesystem.parameters.first {
        throw RuntimeError(call: "fsconfig \(parameter.key) of", errno: EINVAL, subject: "sysfs")
      }
      let host = try MountTree.copy("/sys", recursive: true)
      try setAll(planned.options.attributesForNewMount, of: host)
      try attach(Shared(host), planned, onto: target)
    }
  }

  /// Mounts the cgroup2 hierarchy.
  func mountCgroups(
    _ planned: PlannedMount, onto target: borrowing Descriptor, in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    guard let cgroups else {
      throw RuntimeError(.failed, "the host has no cgroup2 hierarchy to show")
    }
    let filesystem = filesystem(planned, type: "cgroup2")
    if cgroups.hasNamespace {
      do {
        return try mountNew(filesystem, planned, onto: target, in: root)
      } catch {
        // A user namespace may mount it only where it is already fully
        // visible: a bind mount shows the same.
        if error.errno != EPERM, error.errno != EBUSY { throw error }
      }
    } else {
      try filesystem.check()
    }
    let source = cgroups.hasNamespace ? cgroups.location ?? cgroups.mountPoint : cgroups.mountPoint
    let tree = try MountTree.copy(source, recursive: true)
    try MountTree.setAttributes(tree, propagation: .makePrivate, recursive: true)
    // Without a namespace of its own the container sees every cgroup. One in a
    // user namespace must write to none, whoever owns them (CVE-2023-25809);
    // elsewhere it is the host's root, and asks for it by name.
    let mustProtect = !cgroups.hasNamespace && userNamespace != .initial
    let attributes = planned.options.attributesForNewMount
    try setAll(mustProtect ? attributes.union(.readOnly) : attributes, of: tree)
    try attach(Shared(tree), planned, onto: target)
  }

  /// Sets attributes of a copied tree that stands for a new file system.
  private func setAll(
    _ attributes: MountAttributes, of tree: borrowing Descriptor
  ) throws(RuntimeError) {
    let keepsTimes = attributes.isDisjoint(with: .accessTimeMask)
    try MountTree.setAttributes(
      tree, set: attributes, clear: keepsTimes ? [] : .accessTimeMask, recursive: true)
  }
}
