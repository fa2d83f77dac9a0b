// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// A container whose first process is cloned, and is followed until it waits to
/// execute its program.
final class MadeContainer {
  private let plan: InitPlan
  private var cgroup: Shared<Cgroup>?
  /// The cgroup as it was planned; it may have to be made around the process.
  private let plannedCgroup: PlannedCgroup?
  private let context: RuntimeContext
  /// The first process, a child of this one.
  private(set) var child: Child
  /// The same as it is recorded, once that was looked up.
  private var process: ProcessRecord?
  /// The runtime's end of the channel to it.
  let channel: SyncChannel
  /// The terminal's main side, for the caller to relay.
  private(set) var console: Shared<Descriptor>?
  private var hasWrittenPIDFile = false

  /// Clones the process.
  init(
    _ plan: InitPlan, _ cgroup: Shared<Cgroup>?, _ plannedCgroup: PlannedCgroup?,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    self.plan = plan
    self.cgroup = cgroup
    self.plannedCgroup = plannedCgroup
    self.context = context
    let ends = try SyncChannel.pair()
    channel = ends.0
    do {
      child = try Spawn.clone(
        plan, cgroup: cgroup, ends: (runtime: ends.0, container: ends.1), context)
    } catch {
      throw error.explained(byKillsIn: cgroup)
    }
  }

  private var reservation: Reservation { plan.reservation }

  /// What is recorded of it.
  var record: ContainerRecord { reservation.record }

  /// Does the runtime's part until the process is ready, and tells callers of
  /// it; when that fails, nothing of the container is left.
  func setUp() throws(RuntimeError) {
    do throws(RuntimeError) {
      try prepare()
      try follow()
      try publish()
    } catch {
      // Before the cgroup is removed.
      let explained = error.explained(byKillsIn: cgroup)
      undo()
      throw explained
    }
  }

  /// Makes the container known as one that is there.
  func complete() throws(RuntimeError) { try reservation.complete() }

  /// Lets go of the container's lock, once nothing more is made.
  func release() {
    reservation.release()
    channel.close()
  }

  // MARK: Making

  /// What the process cannot do for itself, before it begins.
  private func prepare() throws(RuntimeError) {
    try admit()
    if plan.namespaces.made.contains(.user), let linux = plan.spec.linux {
      try IDMaps.write(users: linux.uidMappings, groups: linux.gidMappings, to: child.pid)
    }
    try plan.mounts.nodes?.giveAway(to: child.pid, plan.proc.value)
    try delegateCgroup()
    try setOOMScore()
  }

  /// Has the cgroup made around the process, if it could not be made before.
  ///
  /// One that the record does not name is not to be made at all.
  private func admit() throws(RuntimeError) {
    guard cgroup == nil, let planned = plannedCgroup, let recorded = reservation.record.cgroup
    else { return }
    cgroup = try planned.admit(child.pid, recorded)
    if let cgroup { try reservation.confirm(cgroup.value, planned) }
  }

  private func delegateCgroup() throws(RuntimeError) {
    guard let cgroup, let user = plan.spec.process?.user,
      CgroupDelegation.isWanted(by: user.uid, plan.namespaces, plan.mounts.mounts)
    else { return }
    do {
      guard let uid = try CgroupDelegation.hostID(of: user.uid, pid: child.pid, plan.proc.value)
      else { return }
      try CgroupDelegation.give(cgroup.value.directory, to: uid)
    } catch  where context.rootless && error.errno == EPERM {
      // It belongs to the caller, who may give nothing away.
    } catch {
      throw error.adding("give the cgroup to the container's user")
    }
  }

  private func setOOMScore() throws(RuntimeError) {
    guard let score = plan.spec.process?.oomScoreAdj else { return }
    do {
      try plan.proc.value.write("\(score)", to: "\(child.pid)/oom_score_adj")
    } catch  where context.rootless && (error.errno == EPERM || error.errno == EACCES) {
      context.warn("process.oomScoreAdj: \(score) needs privileges, and is left as it was")
    } catch {
      throw error.adding("process.oomScoreAdj")
    }
  }

  private func follow() throws(RuntimeError) {
    try step("talk to the container's first process") { () throws(RuntimeError) in
      try channel.go()
      // While it is at work.
      identify()
      while true {
        switch try channel.receive(from: child.pid, context) {
        case .hooks:
          try runHooks()
          try channel.go()
        case .tree(let index, let tree):
          try mapIDs(index, tree)
          try channel.go()
        case .console(let main):
          // Before the program can ask for it.
          try Foreground.copySize(to: main)
          console = main
        case .warning(let text): context.warn(text)
        case .process(_, let pidfd):
          try succeed(pidfd)
          try channel.go()
          identify()
        case .ready:
          try plan.setup?.finishOutside(child.pid)
          return
        case .failed(let error): throw error
        case .closed: throw Self.died
        case .listener, .executing: break
        }
      }
    }
  }

  private func runHooks() throws(RuntimeError) {
    let listed = plan.spec.hooks
    try plan.hooks.run(listed.prestart, .prestart, status: .created, pid: child.pid)
    try plan.hooks.run(listed.createRuntime, .createRuntime, status: .created, pid: child.pid)
    if !plan.hasOutsideHooks { return }
    try OutsideHooks.run(
      plan, in: child.pidfd, pid: child.pid, cgroup: cgroup)
  }

  /// Maps the IDs of what the process has opened for a mount, and may not map.
  private func mapIDs(_ index: Int32, _ tree: Shared<Descriptor>) throws(RuntimeError) {
    let mounts = plan.mounts.mounts
    guard mounts.indices.contains(Int(index)) else { return }
    try step("\(mounts[Int(index)].name).source") { () throws(RuntimeError) in
      try mounts[Int(index)].mapIDs(of: tree)
    }
  }

  /// The process has set the container up, and leaves it to another one, which
  /// a tracer may have got hold of: what is said of it is not believed.
  private func succeed(_ pidfd: Shared<Descriptor>) throws(RuntimeError) {
    let first = child
    child = try Processes.child(behind: try pidfd.value.duplicate())
    _ = try first.wait()
  }

  private func identify() {
    process = Processes.startTime(of: child.pid).map { .init(pid: child.pid, startTime: $0) }
  }

  private static var died: RuntimeError {
    RuntimeError(.failed, "the container's first process died")
  }

  /// Tells callers of the first process, and lets go of it unless it is to
  /// execute its program at once.
  private func publish() throws(RuntimeError) {
    guard let process else { throw Self.died }
    reservation.record.initProcess = process
    // Without a cgroup nothing else leads to the process.
    if cgroup == nil { try reservation.write() }
    if let path = plan.options.pidFile {
      try ProcessFile.write(child.pid, to: path)
      hasWrittenPIDFile = true
    }
    if let path = plan.options.pidfdSocket { try sendHandle(to: path) }
    if plan.gate == nil { return }
    do {
      try channel.go()
    } catch {
      throw error.adding("let go of the container's first process")
    }
    try complete()
  }

  private func sendHandle(to path: String) throws(RuntimeError) {
    do {
      try Sockets.send(
        Array("standard".utf8), with: child.pidfd,
        on: try Sockets.connect(path, until: Lifecycle.patience))
    } catch {
      throw error.adding("send the pidfd")
    }
  }

  // MARK: Undoing

  private func undo() {
    channel.close()
    if let pidFile = plan.options.pidFile, hasWrittenPIDFile {
      // The caller may have taken it away already.
      try? File.remove(pidFile)
    }
    if reservation.record.initProcess == nil {
      identify()
      reservation.record.initProcess = process
    }
    reservation.undo()
    // A zombie until now: it was killed above.
    _ = try? child.wait()
    plan.hooks.runAll(plan.spec.hooks.poststop, .poststop, status: .stopped, pid: 0) {
      context.warn("\($0)")
    }
  }
}
