// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// The driver that makes cgroups by making directories.
package struct FilesystemDriver: CgroupDriver {
  /// The hierarchy.
  package let hierarchy: Shared<CgroupHierarchy>
  /// Where cgroups are whose path is relative, or left to runp.
  private let base: CgroupPath

  /// Makes a driver; `ownsHierarchy` is false for a user who can make cgroups
  /// only below the one that the command is in.
  package init(
    _ hierarchy: Shared<CgroupHierarchy>, ownsHierarchy: Bool
  ) throws(CgroupError) {
    self.hierarchy = hierarchy
    base = ownsHierarchy ? .root : try hierarchy.value.ownPath()
  }

  /// Where the cgroup will be, below the root or the caller's own.
  package func place(_ cgroupsPath: String?, id: String) throws(CgroupError) -> CgroupPath {
    try CgroupPath(cgroupsPath: cgroupsPath, id: id, below: base)
  }

  /// Looks whether a cgroup is there already that can be taken.
  package func exists(at path: CgroupPath) throws(CgroupError) -> Bool {
    try Cgroup.exists(in: hierarchy.value, at: path)
  }

  /// Makes or takes the directory.
  package func prepare(
    _ path: CgroupPath, for plan: LimitPlan, as claim: CgroupClaim
  ) throws(CgroupError) -> Cgroup {
    try Cgroup.create(in: hierarchy.value, at: path, for: plan, as: claim)
  }

  /// Opens the directory; nil when it is gone.
  package func open(
    _ path: CgroupPath, _ knowledge: Cgroup.Knowledge
  ) throws(CgroupError) -> Cgroup? {
    try Cgroup.open(in: hierarchy.value, at: path, knowledge)
  }

  /// Kills what is in the directory and removes it with what is below it.
  package func remove(_ cgroup: borrowing Cgroup, until deadline: Deadline) throws(CgroupError) {
    try cgroup.remove(until: deadline)
  }
}
