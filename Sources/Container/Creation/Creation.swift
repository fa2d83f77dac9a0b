// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// One creation of a container, and its undoing when it fails.
final class Creation {
  private let bundle: Bundle
  private let options: CreateOptions
  private let context: RuntimeContext
  /// Whether the program is executed as soon as everything is ready.
  private let executesAtOnce: Bool
  private let directory: StateDirectory
  private(set) var record: ContainerRecord
  private let plannedCgroup: ContainerCgroup?
  private var cgroup: Shared<Cgroup>?
  private var child: Child?
  private var hasWrittenPIDFile = false
  private let hooks: HookRunner
  private let proc: Shared<Procfs>
  /// The runtime's end of the channel, once the process is cloned.
  private(set) var channel: SyncChannel?
  /// The terminal's main side, for the caller to relay.
  private(set) var console: Shared<Descriptor>?

  /// Checks everything that can be checked before anything is made, then
  /// reserves the ID.
  init(
    _ bundle: Bundle, _ options: CreateOptions, _ context: RuntimeContext, executesAtOnce: Bool
  ) throws(RuntimeError) {
    self.bundle = bundle
    self.options = options
    self.context = context
    self.executesAtOnce = executesAtOnce
    try Unsupported.check(bundle.spec)
    try SecurityLabels.check(bundle.spec.process, mountLabel: bundle.spec.linux?.mountLabel)
    plannedCgroup = try ContainerCgroup.plan(bundle.spec, options, context)
    hooks = HookRunner(
      id: options.id, bundle: bundle.path, annotations: bundle.spec.annotations)
    record = ContainerRecord(
      id: options.id, bundle: bundle.path, rootfs: bundle.rootfs, created: Timestamp.now.precise,
      owner: Processes.effectiveUser, creator: .own, pod: options.pod,
      annotations: bundle.spec.annotations)
    if let plannedCgroup {
      record.cgroup = .init(path: plannedCgroup.path.description)
    }
    record.keepsKeyring = options.noNewKeyring
    do {
      proc = try Shared(Procfs())
    } catch {
      throw RuntimeError(error)
    }
    try Self.removeLeftovers(options.id, context)
    directory = try StateStore(root: context.root, rootMode: context.rootMode).reserve(options.id)
    let entry = PodEntry(record, root: context.root)
    do {
      // Recorded, its place may be cleared by whoever finds the record.
      try plannedCgroup?.checkThatPlaceIsFree()
      try entry?.make()
      try directory.write(record)
    } catch {
      // Nothing but the directory and the entry is there.
      try? directory.remove(with: entry)
      throw RuntimeError(error)
    }
  }

  /// Clears what a `create` that was killed has left of the same ID.
  private static func removeLeftovers(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    guard let directory = try? StateStore(root: context.root).open(id) else { return }
    // Whoever holds the lock is alive and at work.
    do {
      guard try directory.tryLock(), try !directory.isGone() else { return }
    } catch {
      throw RuntimeError(error)
    }
    guard let record = try directory.read() else {
      return try Removal.removeDirectory(directory)
    }
    guard let creator = record.creator, !creator.isAlive else { return }
    try Removal(record, context).run(directory)
  }

  /// Makes the container; when that fails, nothing of it is left.
  func run() throws(RuntimeError) -> Child {
    do throws(RuntimeError) {
      try make()
      guard let child else { throw RuntimeError(.failed, "the container has no process") }
      return child
    } catch {
      undo()
      throw error
    }
  }

  /// Lets go of the container's lock, once nothing more is made.
  func release() {
    directory.unlock()
    channel = nil
  }

  // MARK: Making

  private func make() throws(RuntimeError) {
    let plan = try openEverything()
    try makeCgroup()
    do {
      try directory.writeConfig(bundle.configBytes)
    } catch {
      throw RuntimeError(error, "keep the configuration")
    }
    try spawn(plan)
    try followChild(plan)
    try publish()
  }

  private func openEverything() throws(RuntimeError) -> InitPlan {
    let spec = bundle.spec
    let namespaces = try NamespacePlan(spec.linux?.namespaces ?? [])
    record.namespaces = namespaces.record
    record.mountsOutlive = !namespaces.made.contains(.mount)
    try namespaces.checkMappings(spec.linux)
    try namespaces.checkShared(spec)
    let mounts = try MountPlan(bundle, namespaces)
    var setup: ProcessSetup?
    if var process = spec.process {
      process.env += options.listenEnvironment
      setup = ProcessSetup(
        process, spec.linux, seccomp: try compileFilter(spec), hasUserNamespace: namespaces.hasUser,
        keepGroups: spec.annotations["run.oci.keep_original_groups"] == "1")
    }
    var consoleSocket: Shared<Descriptor>?
    var gate: Shared<Descriptor>?
    do {
      if let path = options.consoleSocket {
        consoleSocket = Shared(try Sockets.connect(path))
      }
      if !executesAtOnce {
        gate = Shared(try StartGate.make(in: directory.descriptor))
      }
    } catch {
      throw RuntimeError(error)
    }
    return InitPlan(
      bundle: bundle, namespaces: namespaces, mounts: mounts,
      cgroups: plannedCgroup?.view(hasNamespace: namespaces.all.contains(.cgroup)),
      setup: setup, consoleSocket: consoleSocket, gate: gate, proc: proc, hooks: hooks,
      options: options, lock: directory.descriptor.number)
  }

  private func compileFilter(_ spec: Spec) throws(RuntimeError) -> SeccompProgram? {
    guard let profile = spec.linux?.seccomp else { return nil }
    let program = try SeccompCache(root: context.root, version: runtimeVersion)
      .program(for: profile)
    if spec.annotations["run.oci.seccomp_fail_unknown_syscall"] == "1" {
      try program.requireKnownSyscalls()
    }
    return program
  }

  private func makeCgroup() throws(RuntimeError) {
    guard let plannedCgroup else { return }
    do {
      cgroup = try plannedCgroup.make()
    } catch  where error.kind == .permissionDenied && mayGoWithoutCgroup {
      record.cgroup = nil
      return
    } catch {
      // It was not made, and whatever has its place is somebody else's.
      record.cgroup = nil
      throw RuntimeError(error)
    }
    record.cgroup?.identity = cgroup?.value.identity
    // Before anything is in it: whoever finds the record may kill what is.
    try writeRecord()
    if let cgroup { try plannedCgroup.apply(to: cgroup.value, context) }
  }

  private var mayGoWithoutCgroup: Bool {
    let linux = bundle.spec.linux
    return context.rootless && (linux?.cgroupsPath ?? "").isEmpty
      && plannedCgroup?.hasLimits == false
  }

  private func writeRecord() throws(RuntimeError) {
    do {
      try directory.write(record)
    } catch {
      throw RuntimeError(error, "write the state")
    }
  }

  private func spawn(_ plan: InitPlan) throws(RuntimeError) {
    let ends: (SyncChannel, SyncChannel)
    do {
      ends = try SyncChannel.pair()
    } catch {
      throw RuntimeError(error)
    }
    channel = ends.0
    child = try Spawn.clone(
      plan, cgroup: cgroup?.value.directory.number, ends: (runtime: ends.0, container: ends.1))
  }

  /// Does the runtime's part while the child sets itself up.
  private func followChild(_ plan: InitPlan) throws(RuntimeError) {
    guard let channel, let first = child else { return }
    let pid = first.pid
    if plan.namespaces.made.contains(.user), let linux = bundle.spec.linux {
      try IDMaps.write(users: linux.uidMappings, groups: linux.gidMappings, to: pid)
    }
    try delegateCgroup(plan, pid)
    try setOOMScore(pid)
    do {
      try channel.go()
      while true {
        switch try channel.receive() {
        case .hooks:
          try runHooks(pid)
          try channel.go()
        case .console(let main):
          // Before the program can ask for it.
          try Foreground.copySize(to: main)
          console = main
        case .warning(let text): context.warn(text)
        case .process(let successor, let pidfd):
          child = Child(pid: successor, pidfd: try pidfd.value.duplicate())
          _ = try first.wait()
        case .ready:
          // Only the runtime may raise limits for a user namespace.
          if plan.namespaces.hasUser {
            try plan.setup?.setRlimits(of: child?.pid ?? pid, deferred: false)
          }
          return
        case .failed(let error): throw explain(error)
        case .closed: throw explain(RuntimeError(.failed, "the container's first process died"))
        case .listener, .executing: break
        }
      }
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(error, "talk to the container's first process")
    }
  }

  private func delegateCgroup(_ plan: InitPlan, _ pid: Int32) throws(RuntimeError) {
    guard let cgroup, let user = bundle.spec.process?.user,
      CgroupDelegation.isWanted(plan.namespaces, plan.mounts.mounts)
    else { return }
    do {
      guard let uid = try CgroupDelegation.hostID(of: user.uid, pid: pid, proc.value) else {
        return
      }
      try CgroupDelegation.give(cgroup.value.directory, to: uid)
    } catch  where context.rootless && error.errno == EPERM {
      // It belongs to the caller, who may give nothing away.
    } catch {
      throw RuntimeError(error, "give the cgroup to the container's user")
    }
  }

  private func setOOMScore(_ pid: Int32) throws(RuntimeError) {
    guard let score = bundle.spec.process?.oomScoreAdj else { return }
    do {
      try proc.value.write("\(score)", to: "\(pid)/oom_score_adj")
    } catch  where context.rootless && (error.errno == EPERM || error.errno == EACCES) {
      context.warn("process.oomScoreAdj: \(score) needs privileges, and is left as it was")
    } catch {
      throw RuntimeError(error, "process.oomScoreAdj")
    }
  }

  private func runHooks(_ pid: Int32) throws(RuntimeError) {
    try hooks.run(bundle.spec.hooks.prestart, .prestart, status: .created, pid: pid)
    try hooks.run(bundle.spec.hooks.createRuntime, .createRuntime, status: .created, pid: pid)
  }

  /// Adds that memory was short, when it was.
  private func explain(_ error: RuntimeError) -> RuntimeError {
    // Without the memory controller nothing is known.
    guard let kills = try? cgroup?.value.oomKillCount(), kills > 0 else { return error }
    return RuntimeError(
      .failed, "container init was OOM-killed (memory limit too low?): \(error)")
  }

  /// Tells callers of the first process, and lets go of it unless it is to
  /// execute its program at once.
  ///
  /// Until `complete` the record names the creator: when that is killed, what
  /// it has made is nobody's, and the ID is free again.
  private func publish() throws(RuntimeError) {
    guard let pid = child?.pid, let channel else { return }
    guard let startTime = Processes.startTime(of: pid) else {
      throw explain(RuntimeError(.failed, "the container's first process died"))
    }
    record.initProcess = .init(pid: pid, startTime: startTime)
    // Without a cgroup nothing else leads to the process.
    if record.cgroup == nil { try writeRecord() }
    if let path = options.pidFile {
      try ProcessFile.write(pid, to: path)
      hasWrittenPIDFile = true
    }
    if let path = options.pidfdSocket { try sendHandle(to: path) }
    if executesAtOnce { return }
    do {
      try channel.go()
    } catch {
      throw RuntimeError(error, "let go of the container's first process")
    }
    try complete()
  }

  /// Makes the container known as one that is there.
  func complete() throws(RuntimeError) {
    record.creator = nil
    try writeRecord()
  }

  private func sendHandle(to path: String) throws(RuntimeError) {
    do {
      let number = child?.pidfd.number ?? -1
      try Sockets.send(
        Array("standard".utf8), descriptors: [number], on: try Sockets.connect(path))
    } catch {
      throw RuntimeError(error, "send the pidfd")
    }
  }

  // MARK: Undoing

  private func undo() {
    channel = nil
    if let pidFile = options.pidFile, hasWrittenPIDFile {
      // The caller may have taken it away already.
      try? File.remove(pidFile)
    }
    record.creator = nil
    if let pid = child?.pid, record.initProcess == nil {
      record.initProcess = Processes.startTime(of: pid).map { .init(pid: pid, startTime: $0) }
    }
    do {
      try Removal(record, context).run(directory)
    } catch {
      context.warn("\(error.adding("clean up"))")
    }
    // A zombie until now: the child was killed above.
    _ = try? child?.wait()
    hooks.runAll(bundle.spec.hooks.poststop, .poststop, status: .stopped, pid: 0) {
      context.warn("\($0)")
    }
  }
}
