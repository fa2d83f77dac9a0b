// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// Giving a container's cgroup to its user (config-linux.md, cgroup ownership).
///
/// Only then can a container in a user namespace make cgroups in its own: the
/// kernel goes by the owner of the files.
enum CgroupDelegation {
  /// Whether the container can use its cgroup so: it has namespaces of its own
  /// for users and cgroups, and a writable mount.
  static func isWanted(_ namespaces: NamespacePlan, _ mounts: [PlannedMount]) -> Bool {
    guard namespaces.hasUser, namespaces.made.contains(.cgroup) else { return false }
    return mounts.contains { planned in
      ["cgroup", "cgroup2"].contains(planned.mount.type)
        && !planned.options.attributesForNewMount.contains(.readOnly)
    }
  }

  /// The ID on the host of a user of the container, whose first process is
  /// `pid`; nil when it has none.
  static func hostID(
    of user: UInt32, pid: Int32, _ proc: borrowing Procfs
  ) throws(SystemError) -> UInt32? {
    // The namespace may be a joined one, which no configuration describes.
    IDMaps.hostID(of: user, in: try IDMaps.read("uid_map", of: pid, proc))
  }

  /// Gives a cgroup to a user: its directory, and those files with which
  /// processes are distributed, not those with limits.
  static func give(_ directory: borrowing Descriptor, to user: UInt32) throws(SystemError) {
    let files = try File.readText("/sys/kernel/cgroup/delegate").split(separator: "\n")
    try FileName(".").setOwner(user, in: directory)
    for file in files {
      do {
        try FileName(String(file)).setOwner(user, in: directory)
      } catch  where error.errno == ENOENT {
        // The list is of all that a kernel may have.
      }
    }
  }
}
