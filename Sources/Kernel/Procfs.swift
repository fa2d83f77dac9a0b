// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The host's procfs, held open so that writes reach it whatever a container
/// has at `/proc`.
///
/// Paths below it follow no magic links and cross into no other mount, so
/// nothing that is mounted over a file in it can catch a write
/// (CVE-2025-52881).
package struct Procfs: ~Copyable {
  private let directory: Descriptor

  /// Opens `/proc` and checks that it is procfs.
  package init() throws(RuntimeError) {
    let directory = try File.open("/proc", [.path, .directory, .noFollow])
    guard try MountTree.filesystem(of: directory).magic == MountTree.procfsMagic else {
      throw RuntimeError(call: "open", errno: ENODEV, subject: "/proc is not procfs")
    }
    self.directory = directory
  }

  /// The number of the descriptor behind it.
  package var number: Int32 { directory.number }

  private borrowing func open(
    _ path: String, _ flags: OpenFlags
  ) throws(RuntimeError) -> Descriptor {
    try SafePath.open(
      path, in: directory, flags, resolve: [.beneath, .noMountCrossing, .noMagicLinks])
  }

  /// Writes a file with one write.
  package borrowing func write(_ text: String, to path: String) throws(RuntimeError) {
    try File.writeControl(text, to: try open(path, .writeOnly), subject: "/proc/\(path)")
  }

  /// Reads a file whole.
  package borrowing func read(_ path: String) throws(RuntimeError) -> String {
    String(decoding: try File.readAll(try open(path, .readOnly), subject: path), as: UTF8.self)
  }

  /// Opens the time namespace that this process's children will be in.
  package borrowing func timeForChildren() throws(RuntimeError) -> Descriptor {
    let namespaces = try open("self/ns", [.path, .directory])
    return try File.open("time_for_children", at: namespaces)
  }
}
