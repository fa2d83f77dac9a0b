// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Cloning a container's first process into its namespaces.
enum Spawn {
  /// Clones the process; the child never returns from here.
  ///
  /// The child holds the runtime's end of the channel only until it has closed
  /// it, so that the death of either side is seen by the other.
  static func clone(
    _ plan: InitPlan, cgroup: Int32?, ends: (runtime: SyncChannel, container: SyncChannel)
  ) throws(RuntimeError) -> Child {
    do throws(SystemError) {
      try hideChildren()
      if plan.namespaces.needsStage {
        return try cloneThroughStage(plan, cgroup: cgroup, ends: ends)
      }
      let before = try enterForChildren(plan)
      let side = try Processes.clone(into: kinds(of: plan), cgroup: cgroup)
      switch side {
      case .child:
        ends.runtime.close()
        InitProcess.main(plan, ends.container)
      case .parent(let child):
        ends.container.close()
        for entry in before { try Namespaces.join(entry.descriptor.value, entry.kind) }
        return child
      }
    } catch {
      throw RuntimeError(error, "clone the container's first process")
    }
  }

  /// Keeps children from being looked into, from their first moment on: one
  /// that appears in the PID namespace of a container could be traced there
  /// before it can see to it itself (CVE-2016-9962).
  ///
  /// A user without privileges would lose the way to a child's ID maps, and has
  /// no container that could trace what is outside of its user namespace.
  static func hideChildren() throws(SystemError) {
    if Processes.effectiveUser == 0 { try OwnProcess.makeUndumpable() }
  }

  /// The kinds that the clone itself makes: a cgroup namespace is made once the
  /// process is in its cgroup, a time namespace before, an IPC namespace by the
  /// root of the user namespace.
  private static func kinds(of plan: InitPlan) -> NamespaceKinds {
    let rest = plan.namespaces.made.subtracting([.cgroup, .time])
    return plan.namespaces.hasUser ? rest.subtracting(.ipc) : rest
  }

  /// Joins or makes namespaces that count only for children: PID and time.
  ///
  /// - Returns: the runtime's own, to go back to.
  private static func enterForChildren(
    _ plan: InitPlan
  ) throws(SystemError) -> [(kind: NamespaceKinds, descriptor: Shared<Descriptor>)] {
    var before: [(kind: NamespaceKinds, descriptor: Shared<Descriptor>)] = []
    if let joined = plan.namespaces.joined(.pid) {
      before.append((.pid, Shared(try Namespaces.own(.pid))))
      try Namespaces.join(joined.descriptor.value, .pid, subject: joined.path)
    }
    if plan.namespaces.made.contains(.time) {
      before.append((.time, Shared(try Namespaces.own(.time))))
      try Namespaces.unshare(.time)
      let offsets = plan.spec.linux?.timeOffsets.members ?? []
      let text = offsets.map { "\($0.key) \($0.value.secs) \($0.value.nanosecs)\n" }.joined()
      if !text.isEmpty { try File.writeControl(text, to: "/proc/self/timens_offsets") }
    }
    return before
  }

  // MARK: Through a process in between

  /// Clones through a process that joins namespaces first, a user namespace
  /// among them or owned by another one: the runtime must keep its own.
  private static func cloneThroughStage(
    _ plan: InitPlan, cgroup: Int32?, ends: (runtime: SyncChannel, container: SyncChannel)
  ) throws(SystemError) -> Child {
    let side = try Processes.clone(cgroup: cgroup)
    switch side {
    case .child:
      ends.runtime.close()
      runStage(plan, ends.container)
    case .parent(let stage):
      ends.container.close()
      let message = try ends.runtime.receive()
      guard case .process(let pid, let pidfd) = message else {
        _ = try stage.wait()
        if case .failed(let error) = message, case .system(let cause) = error.cause { throw cause }
        throw SystemError(call: "clone3", errno: ECHILD, subject: "\(message)")
      }
      _ = try stage.wait()
      return Child(pid: pid, pidfd: try pidfd.value.duplicate())
    }
  }

  private static func runStage(_ plan: InitPlan, _ channel: SyncChannel) -> Never {
    do {
      OwnProcess.close(plan.lock)
      try OwnProcess.setParentDeathSignal(SIGKILL)
      if !plan.namespaces.made.contains(.user) { try OwnProcess.makeUndumpable() }
      try joinAll(plan.namespaces.joined)
      if plan.namespaces.made.contains(.time) { _ = try enterForChildren(plan) }
      let side = try Processes.clone(into: kinds(of: plan), asSibling: true)
      switch side {
      case .child:
        InitProcess.main(plan, channel)
      case .parent(let child):
        try channel.send(
          .process(child.pid, Shared(try child.pidfd.duplicate())))
        Processes.exit(0)
      }
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(RuntimeError(error)))
      Processes.exit(1)
    }
  }

  /// Joins what can be joined with the caller's privileges, the user namespace,
  /// then what only its owner may join.
  private static func joinAll(_ namespaces: [NamespacePlan.Joined]) throws(SystemError) {
    var rest: [NamespacePlan.Joined] = []
    for joined in namespaces where joined.kind != .user {
      do {
        try Namespaces.join(joined.descriptor.value, joined.kind, subject: joined.path)
      } catch  where error.errno == EPERM {
        rest.append(joined)
      }
    }
    for joined in namespaces.filter({ $0.kind == .user }) + rest {
      try Namespaces.join(joined.descriptor.value, joined.kind, subject: joined.path)
    }
  }
}
