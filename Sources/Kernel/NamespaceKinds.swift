// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Kinds of namespaces, one or several, in the kernel's encoding (`CLONE_NEW*`).
package struct NamespaceKinds: OptionSet, Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Time offsets of the monotonic and boot clocks.
  package static let time = NamespaceKinds(rawValue: 0x80)
  /// Mount table.
  package static let mount = NamespaceKinds(rawValue: 0x0002_0000)
  /// The visible part of the cgroup hierarchy.
  package static let cgroup = NamespaceKinds(rawValue: 0x0200_0000)
  /// Host and domain name.
  package static let uts = NamespaceKinds(rawValue: 0x0400_0000)
  /// System V and POSIX message queues, semaphores, shared memory.
  package static let ipc = NamespaceKinds(rawValue: 0x0800_0000)
  /// User and group IDs, capabilities.
  package static let user = NamespaceKinds(rawValue: 0x1000_0000)
  /// Process IDs.
  package static let pid = NamespaceKinds(rawValue: 0x2000_0000)
  /// Network devices, addresses, ports.
  package static let network = NamespaceKinds(rawValue: 0x4000_0000)

  /// Every kind with the name of its file under `/proc/PID/ns`.
  package static let files: [(kind: NamespaceKinds, name: String)] = [
    (.user, "user"), (.cgroup, "cgroup"), (.ipc, "ipc"), (.uts, "uts"), (.network, "net"),
    (.pid, "pid"), (.mount, "mnt"), (.time, "time"),
  ]

  /// The name of the file under `/proc/PID/ns` that stands for this one kind.
  package var fileName: String {
    for entry in Self.files where entry.kind == self { return entry.name }
    return "?"
  }
}

/// Calls on namespaces.
package enum Namespaces {
  /// Moves this process into new namespaces.
  ///
  /// The corresponding call is unshare(2).
  package static func unshare(_ kinds: NamespaceKinds) throws(SystemError) {
    try check(clinux_unshare(Int32(truncatingIfNeeded: kinds.rawValue)), "unshare")
  }

  /// Moves this process into existing namespaces: one that the descriptor
  /// stands for, or several of the process behind a pidfd.
  ///
  /// The corresponding call is setns(2).
  package static func join(
    _ descriptor: borrowing Descriptor, _ kinds: NamespaceKinds, subject: String? = nil
  ) throws(SystemError) {
    try check(
      clinux_setns(descriptor.number, Int32(truncatingIfNeeded: kinds.rawValue)), "setns", subject)
  }

  /// Opens a namespace by path and checks that it is of the kind wanted.
  ///
  /// - Throws: `SystemError` with `EINVAL` when it is another kind or no
  ///   namespace at all.
  ///
  /// The corresponding call is ioctl(2) with `NS_GET_NSTYPE`.
  package static func open(_ path: String, _ kind: NamespaceKinds) throws(SystemError) -> Descriptor
  {
    let descriptor = try File.open(path)
    let requestType: UInt = 0xb703
    let found = clinux_ioctl(descriptor.number, requestType, nil)
    if found < 0 || NamespaceKinds(rawValue: UInt64(UInt32(bitPattern: found))) != kind {
      throw SystemError(call: "ioctl NS_GET_NSTYPE", errno: EINVAL, subject: path)
    }
    return descriptor
  }

  /// Opens one of this process's own namespaces.
  package static func own(_ kind: NamespaceKinds) throws(SystemError) -> Descriptor {
    try File.open("/proc/self/ns/\(kind.fileName)")
  }

  /// Whether two open namespaces are the same one.
  package static func same(
    _ one: borrowing Descriptor, _ other: borrowing Descriptor
  ) throws(SystemError) -> Bool {
    try FileStatus(of: one).isSameFile(as: FileStatus(of: other))
  }
}
