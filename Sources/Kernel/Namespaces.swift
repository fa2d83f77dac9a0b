// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Calls on namespaces.
package enum Namespaces {
  /// Moves this process into new namespaces.
  ///
  /// The corresponding call is unshare(2).
  package static func unshare(_ kinds: NamespaceKinds) throws(RuntimeError) {
    try check(clinux_unshare(Int32(truncatingIfNeeded: kinds.rawValue)), "unshare")
  }

  /// Moves this process into existing namespaces: one that the descriptor
  /// stands for, or several of the process behind a pidfd.
  ///
  /// The corresponding call is setns(2).
  package static func join(
    _ descriptor: borrowing Descriptor, _ kinds: NamespaceKinds, subject: String? = nil
  ) throws(RuntimeError) {
    try check(
      clinux_setns(descriptor.number, Int32(truncatingIfNeeded: kinds.rawValue)), "setns", subject)
  }

  /// Opens a namespace by path and checks that it is of the kind wanted.
  ///
  /// - Throws: `RuntimeError` with `EINVAL` when it is another kind or no
  ///   namespace at all.
  ///
  /// The corresponding call is ioctl(2) with `NS_GET_NSTYPE`.
  package static func open(_ path: String, _ kind: NamespaceKinds) throws(RuntimeError)
    -> Descriptor
  {
    // Any other file may wait for a writer when it is opened, or start a device.
    let found = try File.open(path, .path)
    guard try MountTree.filesystem(of: found).magic == MountTree.namespaceMagic else {
      throw RuntimeError(call: "open", errno: EINVAL, subject: path)
    }
    let descriptor = try File.open(found.procPath)
    let requestType: UInt = 0xb703
    let type = clinux_ioctl(descriptor.number, requestType, nil)
    if type < 0 || NamespaceKinds(rawValue: UInt64(UInt32(bitPattern: type))) != kind {
      throw RuntimeError(call: "ioctl NS_GET_NSTYPE", errno: EINVAL, subject: path)
    }
    return descriptor
  }

  /// Opens one of this process's own namespaces.
  package static func own(_ kind: NamespaceKinds) throws(RuntimeError) -> Descriptor {
    try File.open("/proc/self/ns/\(kind.fileName)")
  }

  /// Whether two open namespaces are the same one.
  package static func same(
    _ one: borrowing Descriptor, _ other: borrowing Descriptor
  ) throws(RuntimeError) -> Bool {
    try FileStatus(of: one).isSameFile(as: FileStatus(of: other))
  }
}
