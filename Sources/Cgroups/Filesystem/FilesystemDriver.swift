// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// The driver that makes cgroups by making directories.
package struct FilesystemDriver: CgroupDriver {
  private let hierarchy: Shared<CgroupHierarchy>
  /// Where the cgroup will be.
  package let path: CgroupPath

  /// Decides where the cgroup will be that a configuration asks for: below the
  /// root, or below the cgroup that the command is in where `ownsHierarchy` is
  /// false, as for a user who can make cgroups only there.
  ///
  /// - Throws: `RuntimeError` naming `linux.cgroupsPath`.
  package init(
    _ hierarchy: Shared<CgroupHierarchy>, _ cgroupsPath: String?, id: String, ownsHierarchy: Bool
  ) throws(RuntimeError) {
    self.hierarchy = hierarchy
    path = try CgroupPath(
      cgroupsPath: cgroupsPath, id: id,
      below: ownsHierarchy ? .root : try hierarchy.value.ownPath())
  }

  /// Looks whether a cgroup is there already that can be taken.
  package func exists() throws(RuntimeError) -> Bool {
    try Cgroup.exists(in: hierarchy.value, at: path)
  }

  /// Makes or takes the directory.
  package func prepare(
    for plan: LimitPlan, as claim: CgroupClaim
  ) throws(RuntimeError) -> Cgroup? {
    try Cgroup.create(in: hierarchy.value, at: path, for: plan, as: claim)
  }
}
