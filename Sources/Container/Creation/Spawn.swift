// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// Cloning a container's first process.
///
/// The runtime itself never enters a namespace: what cannot be made by the
/// clone alone is done by a process in between, see `Stage`.
enum Spawn {
  /// Clones the process; the child never returns from here.
  static func clone(
    _ plan: InitPlan, cgroup: Shared<Cgroup>?, ends: (runtime: SyncChannel, container: SyncChannel),
    _ context: RuntimeContext
  ) throws(RuntimeError) -> Child {
    do {
      try hideChildren()
      if plan.namespaces.needsStage {
        return try cloneThroughStage(plan, cgroup: cgroup, ends: ends, context)
      }
      switch try clone(into: cgroup, plan.namespaces.clonable) {
      case .child:
        letGoOfRuntime(plan, ends.runtime)
        InitProcess.main(plan, ends.container)
      case .parent(let child):
        ends.container.close()
        return child
      }
    } catch {
      throw reason(error, cgroup).adding("clone the container's first process")
    }
  }

  /// Clones this process into a cgroup, if there is one, and new namespaces.
  static func clone(
    into cgroup: Shared<Cgroup>?, _ kinds: NamespaceKinds = []
  ) throws(RuntimeError) -> Processes.Side {
    guard let cgroup else { return try Processes.clone(into: kinds) }
    return try Processes.clone(into: kinds, cgroup: cgroup.value.directory)
  }

  /// What a failed clone means, where the errno does not say it.
  private static func reason(_ error: RuntimeError, _ cgroup: Shared<Cgroup>?) -> RuntimeError {
    guard error.errno == EOPNOTSUPP, let cgroup else { return error }
    // The controllers of a threaded cgroup know single threads, and nothing could
    // kill the processes in it as one.
    return RuntimeError(
      .failed,
      "no process can be in cgroup \(cgroup.value.path): one above it is threaded, or has threaded"
        + " ones below it")
  }

  /// Keeps children from being looked into, from their first moment on: one
  /// that appears in the PID namespace of a container could be traced there
  /// before it can see to it itself (CVE-2016-9962).
  ///
  /// A user without privileges would lose the way to a child's ID maps, and has
  /// no container that could trace what is outside of its user namespace.
  static func hideChildren() throws(RuntimeError) {
    if Processes.effectiveUser == 0 { try OwnProcess.makeUndumpable() }
  }

  /// Closes what a child must not hold: the runtime's end of the channel, or the
  /// death of either side would not be seen by the other, and the lock.
  ///
  /// Once only: the numbers are free from here on.
  private static func letGoOfRuntime(_ plan: InitPlan, _ runtime: SyncChannel) {
    runtime.close()
    plan.reservation.letGoInChild()
  }

  private static func cloneThroughStage(
    _ plan: InitPlan, cgroup: Shared<Cgroup>?, ends: (runtime: SyncChannel, container: SyncChannel),
    _ context: RuntimeContext
  ) throws(RuntimeError) -> Child {
    switch try clone(into: cgroup) {
    case .child:
      letGoOfRuntime(plan, ends.runtime)
      Stage.main(plan, ends.container)
    case .parent(let stage):
      ends.container.close()
      let message: SyncChannel.Message
      do {
        message = try ends.runtime.receive(from: stage.pid, context)
      } catch {
        stage.end()
        throw error
      }
      // It stays where it is when it sets the container up itself.
      if case .process(stage.pid, _) = message { return stage }
      _ = try stage.wait()
      guard case .process(_, let pidfd) = message else {
        if case .failed(let error) = message { throw error }
        throw RuntimeError(.failed, "the process that joins namespaces died")
      }
      return try Processes.child(behind: try pidfd.value.duplicate())
    }
  }
}
