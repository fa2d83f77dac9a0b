// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// A way of making a cgroup: who decides where it is.
///
/// `FilesystemDriver` makes directories; `SystemdDriver` asks systemd for a scope
/// or a slice. What is done to a cgroup that is there goes through its files all
/// the same.
///
/// Whoever needs a driver holds the concrete type, or a `CgroupKeeper`: every
/// create goes through it, and a cgroup cannot be copied into the box of an
/// existential.
package protocol CgroupDriver {
  /// Where the cgroup will be.
  var path: CgroupPath { get }

  /// Looks at the place of the cgroup, before anything is made.
  ///
  /// - Returns: whether one is there already that can be taken.
  /// - Throws: `RuntimeError` of kind `alreadyExists` when it cannot.
  func exists() throws(RuntimeError) -> Bool

  /// Makes or takes the cgroup, so that a process can be cloned into it; it has
  /// no limits of the plan yet.
  ///
  /// - Returns: nil when it can only be made around a process.
  func prepare(for plan: LimitPlan, as claim: CgroupClaim) throws(RuntimeError) -> Cgroup?
}

/// The drivers there are.
package enum CgroupKeeper {
  /// The cgroup is made as a directory.
  case filesystem(FilesystemDriver)
  /// systemd makes it.
  case systemd(SystemdDriver)

  /// Where the cgroup will be.
  package var path: CgroupPath {
    switch self {
    case .filesystem(let driver): driver.path
    case .systemd(let driver): driver.path
    }
  }

  /// The unit of systemd that the cgroup belongs to.
  package var unit: UnitName? {
    switch self {
    case .filesystem: nil
    case .systemd(let driver): driver.unit
    }
  }

  /// Looks at the place, see `CgroupDriver`.
  package func exists() throws(RuntimeError) -> Bool {
    switch self {
    case .filesystem(let driver): try driver.exists()
    case .systemd(let driver): try driver.exists()
    }
  }

  /// Makes or takes the cgroup, see `CgroupDriver`.
  package func prepare(
    for plan: LimitPlan, as claim: CgroupClaim
  ) throws(RuntimeError) -> Cgroup? {
    switch self {
    case .filesystem(let driver): try driver.prepare(for: plan, as: claim)
    case .systemd(let driver): try driver.prepare(for: plan, as: claim)
    }
  }
}
