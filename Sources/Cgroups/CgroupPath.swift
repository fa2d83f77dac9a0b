// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// Where a cgroup is below the root of the hierarchy.
package struct CgroupPath: Sendable, Equatable, CustomStringConvertible {
  /// The names from the root down; none of them is empty, `.` or `..`.
  package let components: [String]

  init(components: [String]) {
    self.components = components
  }

  /// The root of the hierarchy.
  package static let root = CgroupPath(components: [])

  /// The cgroup that a configuration asks for.
  ///
  /// An absolute path is below the root of the hierarchy, a relative one below
  /// `base`; components `.` mean nothing, and `..` is refused. With no path, or
  /// an empty one, runp chooses `runp/<id>` below `base`.
  ///
  /// - Parameters:
  ///   - cgroupsPath: `linux.cgroupsPath` as the configuration has it.
  ///   - id: the ID of the container or pod.
  ///   - base: the root for root, the runtime's own cgroup for a rootless
  ///     caller.
  ///
  /// - Throws: `RuntimeError` naming `linux.cgroupsPath`.
  package init(
    cgroupsPath: String?, id: String, below base: CgroupPath = .root
  ) throws(RuntimeError) {
    guard let cgroupsPath, !cgroupsPath.isEmpty else {
      components = base.components + ["runp", id]
      return
    }
    let isAbsolute = cgroupsPath.hasPrefix("/")
    if !cgroupsPath.contains("/"), cgroupsPath.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 2 {
      throw Self.invalid(
        "\(cgroupsPath) is of the form slice:prefix:name, which needs --systemd-cgroup")
    }
    let names = cgroupsPath.split(separator: "/").map(String.init).filter { $0 != "." }
    for name in names {
      if name == ".." { throw Self.invalid("\(cgroupsPath) has the component ..") }
      if name.utf8.count > 255 || name.utf8.contains(where: { $0 == 0 || $0 == 10 }) {
        throw Self.invalid("\(cgroupsPath) has a component that no cgroup can be named")
      }
    }
    if names.isEmpty { throw Self.invalid("\(cgroupsPath) is the root of the hierarchy") }
    components = (isAbsolute ? [] : base.components) + names
  }

  private static func invalid(_ reason: String) -> RuntimeError {
    RuntimeError(.invalidSpec, "linux.cgroupsPath: \(reason)")
  }

  /// Reads a path as `description` wrote it, such as the one in a state file.
  ///
  /// - Returns: nil for what is not an absolute path below the root.
  package init?(recorded path: String) {
    let names = path.split(separator: "/").map(String.init)
    guard path.hasPrefix("/"), !names.isEmpty, !names.contains("."), !names.contains("..") else {
      return nil
    }
    components = names
  }

  /// The leaf of a member in this cgroup, a pod's.
  package func appending(_ id: String) -> CgroupPath {
    CgroupPath(components: components + [id])
  }

  /// The cgroup around this one; nil for the root.
  package var parent: CgroupPath? {
    components.isEmpty ? nil : CgroupPath(components: Array(components.dropLast()))
  }

  /// Whether the cgroup is below another, at any depth.
  package func isBelow(_ other: CgroupPath) -> Bool {
    components.count > other.components.count && components.starts(with: other.components)
  }

  package var description: String {
    components.isEmpty ? "/" : components.marked("/")
  }
}
