// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Kernel

extension CgroupRecord {
  /// Kills what is in the cgroup and removes it, with the unit it belongs to.
  ///
  /// - Throws: `RuntimeError` of kind `notOurs` when it is in use and nothing says
  ///   that runp made it.
  package func remove(until deadline: Deadline, _ context: RuntimeContext) throws(RuntimeError) {
    guard let unit else {
      try open(context)?.value.remove(until: deadline)
      return
    }
    switch knowledge {
    case .identity:
      // Without its cgroup a scope has ended.
      guard let cgroup = try open(context) else { return }
      try cgroup.value.kill()
      try cgroup.value.waitUntilEmpty(until: deadline)
      try stop(unit, context, until: deadline)
      // What systemd leaves, or is not there to take away.
      try cgroup.value.remove(until: deadline)
    case .claim:
      // Killed while systemd was asked: the processes of a unit that was made
      // had no program yet, and end with the command.
      try stop(unit, context, until: deadline)
    }
  }

  private func stop(
    _ unit: UnitRecord, _ context: RuntimeContext, until deadline: Deadline
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      try context.cgroups.systemd(of: unit)
        .stop(unit.name, claimedBy: unit.claim, until: deadline)
    } catch {
      if error.kind == .unreachable, case .identity = knowledge {
        // The files are there to be removed all the same.
        context.warn(error.description)
        return
      }
      throw error
    }
  }
}
