// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// What of a process's configuration is set on the process itself, since the
/// one in between, which is set up with the rest, could not hand it down or
/// could not make a clone under it.
struct LateSettings {
  /// A scheduling that children do not inherit.
  private let scheduler: Scheduler?
  /// The limit on the user's processes, which counts the one in between, too.
  private let processLimit: POSIXRlimit?

  /// Picks them from a configuration.
  init(_ process: Process, hasUserNamespace: Bool) {
    scheduler = process.scheduler.flatMap { $0.endsWithClone ? $0 : nil }
    // For a user namespace the runtime sets all limits, from outside.
    processLimit = hasUserNamespace ? nil : process.rlimits.first { $0.type == .nproc }
  }

  /// The configuration without them.
  func without(_ process: Process) -> Process {
    var rest = process
    if scheduler != nil { rest.scheduler = nil }
    if processLimit != nil { rest.rlimits.removeAll { $0.type == .nproc } }
    return rest
  }

  /// Does, as root, what takes a privilege.
  func prepare() throws(RuntimeError) {
    guard let processLimit else { return }
    do {
      try Rlimits.raise(processLimit.type.rawValue, to: processLimit.hard)
    } catch {
      throw error.adding("process.rlimits")
    }
  }

  /// Sets, from the runtime, what it sets on a process.
  func setOutside(of pid: Int32) throws(RuntimeError) {
    guard let scheduler else { return }
    do {
      try OwnProcess.setScheduling(scheduler.parameters, of: pid)
    } catch {
      throw error.adding("process.scheduler")
    }
  }

  /// Sets, as the process itself, what takes no privilege.
  func setInside() throws(RuntimeError) {
    guard let processLimit else { return }
    do {
      try Rlimits.set(
        processLimit.type.rawValue, soft: processLimit.soft, hard: processLimit.hard)
    } catch {
      throw error.adding("process.rlimits")
    }
  }
}
