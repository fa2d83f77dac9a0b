// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Stops all processes of a running container where they are.
  ///
  /// One whose pausing was cut short is paused whole; one that is paused already
  /// is an error.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when it does not run.
  package static func pause(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    let directory = try StateStore(root: context.root).open(id)
    let lock = try directory.lockFreezer(id)
    defer { withExtendedLifetime(lock) {} }
    let status = try ContainerStatus(directory, id, context)
    let (record, cgroup) = try freezable(status, context)
    do throws(RuntimeError) {
      let isWhole = status.state == .paused ? try cgroup.value.standsStill() : false
      if status.state != .running, status.state != .paused || isWhole {
        throw RuntimeError(
          .wrongState, "container not running: it is \(status.state.rawValue)")
      }
      try inform(of: true, record, context)
      do throws(RuntimeError) {
        try cgroup.value.freeze(until: patience)
      } catch {
        // The first error is the one to report.
        try? inform(of: false, record, context)
        throw error
      }
    } catch {
      throw failure(error, record, context)
    }
  }

  /// Lets the processes of a paused container go on.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when it is not paused.
  package static func resume(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    let directory = try StateStore(root: context.root).open(id)
    let lock = try directory.lockFreezer(id)
    defer { withExtendedLifetime(lock) {} }
    let status = try ContainerStatus(directory, id, context)
    if status.state != .paused {
      throw RuntimeError(.wrongState, "container not paused: it is \(status.state.rawValue)")
    }
    let (record, cgroup) = try freezable(status, context)
    do {
      try inform(of: false, record, context)
      try cgroup.value.thaw(until: patience)
    } catch {
      throw failure(error, record, context)
    }
  }

  private static func failure(
    _ error: RuntimeError, _ record: CgroupRecord, _ context: RuntimeContext
  ) -> RuntimeError {
    record.isGone(context) ? hasEnded : error
  }

  private static var hasEnded: RuntimeError {
    RuntimeError(.wrongState, "container not running: it has ended meanwhile")
  }

  /// The cgroup of a container, in which its processes can be stopped.
  private static func freezable(
    _ status: ContainerStatus, _ context: RuntimeContext
  ) throws(RuntimeError) -> (CgroupRecord, Shared<Cgroup>) {
    if status.pid == 0 { throw RuntimeError.notRunning }
    guard let record = status.record.cgroup else {
      throw RuntimeError(.failed, "it has no cgroup, and only the processes of one can be paused")
    }
    guard let cgroup = try record.open(context) else { throw hasEnded }
    return (record, cgroup)
  }

  /// Has systemd do first, where the cgroup belongs to a unit of it, what is
  /// done to the cgroup: it would undo what it does not know of.
  private static func inform(
    of pausing: Bool, _ record: CgroupRecord, _ context: RuntimeContext
  ) throws(RuntimeError) {
    guard let unit = record.unit else { return }
    do throws(RuntimeError) {
      let manager = try context.cgroups.systemd(of: unit)
      if pausing { try manager.freeze(unit.name) } else { try manager.thaw(unit.name) }
    } catch {
      // The cgroup's own files are there all the same.
      if error.kind != .unreachable { throw error }
      context.warn(error.description)
    }
  }
}
