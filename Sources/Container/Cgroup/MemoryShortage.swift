// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Kernel

/// Processes that have died for want of memory, and can no longer say so.
extension RuntimeError {
  /// The error with that the kernel has killed in the container's new cgroup,
  /// when it has: the limit is too low for the container to be made.
  func explained(byKillsIn cgroup: Shared<Cgroup>?) -> RuntimeError {
    guard Self.hasKills(cgroup) else { return self }
    return RuntimeError(
      kind, "container init was OOM-killed (memory limit too low?): \(self)")
  }

  /// The error about the death of a process with that the kernel has killed in
  /// its container's cgroup, when it has; that may have been another one.
  func explained(
    byKillsIn record: ContainerRecord, _ context: RuntimeContext
  ) -> RuntimeError {
    // The death is the error to report.
    guard let cgroup = try? record.cgroup?.open(context), Self.hasKills(cgroup) else {
      return self
    }
    return RuntimeError(kind, "\(self) (possibly OOM-killed)")
  }

  private static func hasKills(_ cgroup: Shared<Cgroup>?) -> Bool {
    // Without the memory controller nothing is known.
    guard let kills = try? cgroup?.value.oomKillCount() else { return false }
    return kills > 0
  }
}
