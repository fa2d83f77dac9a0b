// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The procfs of a PID namespace, for a process that is not in it.
///
/// Whoever may trace in a joined PID namespace must find nothing of the host in
/// a process there, so the one that mounts stays outside.
enum NamespaceProcfs {
  /// Opens a procfs of the namespace, to be configured and mounted.
  ///
  /// The corresponding call is fsconfig(2) with the parameter `pidns`.
  static func open(of namespace: borrowing Descriptor) throws(RuntimeError) -> Descriptor {
    let context = try MountTree.open("proc")
    if try isTaken(namespace, by: context) { return context }
    return try openFromInside(namespace)
  }

  private static func isTaken(
    _ namespace: borrowing Descriptor, by context: borrowing Descriptor
  ) throws(RuntimeError) -> Bool {
    do {
      try MountTree.configure(context, key: "pidns", file: namespace)
      return true
    } catch {
      // Kernels before 6.18 take the namespace of whoever opens the file system.
      if error.errno == EINVAL { return false }
      throw error
    }
  }

  private static func openFromInside(
    _ namespace: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    var (outside, inside): (Shared<Descriptor>, Shared<Descriptor>?) = try Sockets.pair()
    switch try Processes.clone() {
    case .child:
      if let inside { sendFromInside(namespace, inside) }
      Processes.exit(1)
    case .parent(let helper):
      // Else the end of the helper would not be seen.
      withExtendedLifetime(inside) { inside = nil }
      let (bytes, descriptors) = try Sockets.receive(on: outside.value, limit: 16)
      _ = try helper.wait()
      if let context = descriptors.first { return try context.value.duplicate() }
      throw RuntimeError(
        call: "fsopen", errno: Int32(bytes.first ?? UInt8(EPIPE)),
        subject: "proc of another PID namespace")
    }
  }

  /// Opens the file system in the namespace, in a process that holds nothing
  /// but the channel: no file, no directory, no privilege on the host.
  private static func sendFromInside(
    _ namespace: borrowing Descriptor, _ channel: Shared<Descriptor>
  ) -> Never {
    do throws(RuntimeError) {
      try OwnProcess.setParentDeathSignal(SIGKILL)
      try Namespaces.join(namespace, .pid)
      try Namespaces.unshare([.user, .mount])
      // The root of the mount namespace, should this one be in a chroot.
      try Namespaces.join(Namespaces.own(.mount), .mount)
      try Mounts.mount("none", on: "/proc", type: "tmpfs")
      try RootSwitch.pivot(to: try RootDirectory(File.open("/proc", [.path, .directory])))
      try OwnProcess.closeAll(except: [channel], andStreams: true)
      switch try Processes.clone() {
      case .child:
        let context = try MountTree.open("proc")
        try Sockets.send([0], with: context, on: channel.value)
      case .parent(let inner): _ = try inner.wait()
      }
    } catch {
      // Who asked sees the end of the connection, and why if this arrives.
      try? Sockets.send([UInt8(truncatingIfNeeded: error.errno)], on: channel.value)
    }
    Processes.exit(0)
  }
}
