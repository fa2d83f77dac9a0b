// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// Giving a container's cgroup to its user (config-linux.md, cgroup ownership).
///
/// Only then can one who is not root on the host make cgroups in it: the kernel
/// goes by the owner of the files.
enum CgroupDelegation {
  /// Whether the container can use its cgroup so: its user is not the host's
  /// root, and it has a cgroup namespace of its own and a writable mount.
  static func isWanted(
    by user: UInt32, _ namespaces: NamespacePlan, _ mounts: [PlannedMount]
  ) -> Bool {
    guard user != 0 || namespaces.hasUser, namespaces.made.contains(.cgroup) else { return false }
    return mounts.contains { planned in
      ["cgroup", "cgroup2"].contains(planned.mount.type)
        && !planned.options.attributesForNewMount.contains(.readOnly)
    }
  }

  /// The ID on the host of a user of the container, whose first process is
  /// `pid`; nil when it has none.
  static func hostID(
    of user: UInt32, pid: Int32, _ proc: borrowing Procfs
  ) throws(RuntimeError) -> UInt32? {
    // The namespace may be a joined one, which no configuration describes.
    IDMaps.hostID(of: user, in: try IDMaps.read("uid_map", of: pid, proc))
  }

  /// Gives a cgroup to a user: its directory, and those files with which
  /// processes are distributed, not those with limits.
  static func give(_ directory: borrowing Descriptor, to user: UInt32) throws(RuntimeError) {
    try FileName(".").setOwner(user, in: directory)
    for file in try files() {
      do {
        try FileName(file).setOwner(user, in: directory)
      } catch  where error.errno == ENOENT {
        // The list is of all that a kernel may have.
      }
    }
  }

  /// The names of those files.
  private static func files() throws(RuntimeError) -> [String] {
    do {
      let text = try File.readControl("/sys/kernel/cgroup/delegate")
      return text.split(separator: "\n").map(String.init)
    } catch  where error.errno == ENOENT {
      // Where sysfs is not in sight: what the specification names then.
      return ["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"]
    }
  }
}
