// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The process between the runtime and a container's first process: it enters
/// namespaces that the runtime must not enter.
///
/// It joins what is given, and clones the first process as a child of the
/// runtime. Where a PID namespace is joined, it does more: whoever may trace
/// there could look into a process from its first moment on, so that one must
/// have nothing of the host left. The whole container is set up outside of that
/// namespace, by this process (`InitProcess`), and only its successor, which
/// waits to be started, is cloned into it.
enum Stage {
  /// Becomes the process in between.
  static func main(_ plan: InitPlan, _ channel: SyncChannel) -> Never {
    do {
      try OwnProcess.setParentDeathSignal(SIGKILL)
      if !plan.namespaces.made.contains(.user) { try OwnProcess.makeUndumpable() }
      if let pid = plan.namespaces.joined(.pid) {
        try enterAll(plan, pid)
        try channel.send(
          .process(Processes.own, Shared(try Processes.open(pid: Processes.own))))
        InitProcess.main(plan, channel)
      }
      try joinAll(plan.namespaces.joined)
      switch try Processes.clone(into: plan.namespaces.clonable, asSibling: true) {
      case .child:
        InitProcess.main(plan, channel)
      case .parent(let child):
        try channel.send(.process(child.pid, Shared(try child.pidfd.duplicate())))
        Processes.exit(0)
      }
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(error))
      Processes.exit(1)
    }
  }

  /// Makes and joins all namespaces of the container that count from here on; the
  /// PID namespace counts for children only.
  private static func enterAll(_ plan: InitPlan, _ pid: NamespacePlan.Joined) throws(RuntimeError) {
    // With the caller's privileges, or with those of the container's mount
    // namespace.
    let isOpen = try openProcfs(plan, pid, mayBeRefused: true)
    try joinAll(plan.namespaces.joined.filter { isOpen || $0.kind != .pid })
    try Namespaces.unshare(plan.namespaces.clonable)
    if isOpen { return }
    _ = try openProcfs(plan, pid, mayBeRefused: false)
    try Namespaces.join(pid.descriptor.value, .pid, subject: pid.path)
  }

  /// Makes the mounts of procfs that show the namespace.
  ///
  /// - Returns: whether it may, if it `mayBeRefused`.
  private static func openProcfs(
    _ plan: InitPlan, _ pid: NamespacePlan.Joined, mayBeRefused: Bool
  ) throws(RuntimeError) -> Bool {
    for planned in plan.mounts.mounts where planned.mount.type == "proc" && !planned.options.bind {
      do {
        try planned.use(procfs(of: pid, for: planned))
      } catch {
        if mayBeRefused, error.errno == EPERM { return false }
        throw error.adding("\(planned.name): make the procfs of \(pid.path)")
      }
    }
    return true
  }

  private static func procfs(
    of pid: NamespacePlan.Joined, for planned: PlannedMount
  ) throws(RuntimeError) -> Descriptor {
    let context = try NamespaceProcfs.open(of: pid.descriptor.value)
    return try NewFilesystem(
      type: "proc", source: planned.mount.source ?? "proc",
      flags: planned.options.filesystemFlags, options: planned.options.data
    ).make(planned.options.attributesForNewMount, in: context)
  }

  /// Joins what can be joined with the caller's privileges, the user namespace,
  /// then what only its owner may join.
  private static func joinAll(_ namespaces: [NamespacePlan.Joined]) throws(RuntimeError) {
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
