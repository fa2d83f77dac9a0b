// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// A way of keeping cgroups: who decides where they are, makes, limits and
/// removes them.
///
/// `FilesystemDriver` writes the cgroup file system itself. Another one, such as
/// one that asks systemd, differs in the first two verbs: it has names for
/// slices and scopes, and makes the cgroup only once there is a process for it;
/// what is done to a cgroup that is there goes through its files all the same,
/// and has its default here.
///
/// Whoever needs a driver holds the concrete type, or an enumeration of the
/// types there are: every create, start, exec, kill and delete goes through it,
/// and a cgroup cannot be copied into the box of an existential.
package protocol CgroupDriver {
  /// Where the cgroup will be that a configuration asks for.
  ///
  /// - Throws: `CgroupError` naming `linux.cgroupsPath`.
  func place(_ cgroupsPath: String?, id: String) throws(CgroupError) -> CgroupPath

  /// Looks at the place of a cgroup, before anything is made.
  ///
  /// - Returns: whether one is there already that can be taken.
  /// - Throws: `CgroupError` of kind `alreadyExists` when it cannot.
  func exists(at path: CgroupPath) throws(CgroupError) -> Bool

  /// Makes or takes the cgroup, so that a process can be cloned into it; it has
  /// no limits of the plan yet.
  func prepare(
    _ path: CgroupPath, for plan: LimitPlan, as claim: CgroupClaim
  ) throws(CgroupError) -> Cgroup

  /// Opens a cgroup that an earlier command prepared; nil when it is gone.
  func open(_ path: CgroupPath, _ knowledge: Cgroup.Knowledge) throws(CgroupError) -> Cgroup?

  /// Sets limits, and which devices may be used unless `devices` is nil.
  func apply(
    _ plan: LimitPlan, devices: [DeviceRule]?, to cgroup: borrowing Cgroup
  ) throws(CgroupError)

  /// Kills what is in the cgroup and removes it with what is below it.
  func remove(_ cgroup: borrowing Cgroup, until deadline: Deadline) throws(CgroupError)
}

extension CgroupDriver {
  /// Sets limits through the cgroup's files.
  package func apply(
    _ plan: LimitPlan, devices: [DeviceRule]?, to cgroup: borrowing Cgroup
  ) throws(CgroupError) {
    try cgroup.apply(plan)
    if let devices { try cgroup.attachDeviceProgram(devices) }
  }
}
