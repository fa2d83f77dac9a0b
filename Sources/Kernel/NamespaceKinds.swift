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
