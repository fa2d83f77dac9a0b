// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// One process on its way into a container.
final class ContainerEntry {
  private let record: ContainerRecord
  private let process: Process
  private let options: ExecOptions
  private let context: RuntimeContext
  private let spec: Spec
  private let setup: ProcessSetup
  private let proc: Shared<Procfs>
  private let target: Shared<Descriptor>
  private let consoleSocket: Shared<Descriptor>?
  /// The container's root, where its mount namespace does not bring it along.
  private let root: Shared<Descriptor>?
  /// The terminal's main side, for the caller to relay.
  private(set) var console: Shared<Descriptor>?

  /// Opens what is needed.
  init(
    _ record: ContainerRecord, _ spec: Spec, _ process: Process, _ options: ExecOptions,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    self.record = record
    self.spec = spec
    self.process = process
    self.options = options
    self.context = context
    var program: SeccompProgram?
    if let profile = spec.linux?.seccomp {
      program = try SeccompCache(root: context.root, version: runtimeVersion)
        .program(for: profile)
    }
    setup = ProcessSetup(
      process, spec.linux, seccomp: program, hasUserNamespace: record.namespaces.contains(.user),
      keepGroups: spec.annotations["run.oci.keep_original_groups"] == "1")
    do {
      proc = try Shared(Procfs())
      guard let initProcess = record.initProcess, let target = try initProcess.open() else {
        throw RuntimeError(.wrongState, "container not running")
      }
      self.target = target
      root =
        record.mountsOutlive
        ? Shared(try File.open("/proc/\(initProcess.pid)/root", [.path, .directory]))
        : nil
      consoleSocket = try Self.connect(options.consoleSocket)
    } catch {
      throw RuntimeError(error)
    }
  }

  private static func connect(_ path: String?) throws(SystemError) -> Shared<Descriptor>? {
    guard let path else { return nil }
    return Shared(try Sockets.connect(path))
  }

  /// Brings the process into the container and has it execute its program.
  func run() throws(RuntimeError) -> Child {
    do {
      let (runtime, container) = try SyncChannel.pair()
      let child = try clone(runtime, container)
      container.close()
      do {
        try follow(runtime, child)
        return child
      } catch {
        try? Processes.signal(child.pidfd, SIGKILL)
        _ = try? child.wait()
        throw error
      }
    } catch {
      throw RuntimeError(error)
    }
  }

  private func follow(_ channel: SyncChannel, _ child: Child) throws {
    if let score = process.oomScoreAdj {
      try proc.value.write("\(score)", to: "\(child.pid)/oom_score_adj")
    }
    try channel.go()
    setUp: while true {
      switch try channel.receive() {
      case .console(let main):
        // Before the program can ask for it.
        try Foreground.copySize(to: main)
        console = main
      case .warning(let text): context.warn(text)
      case .ready: break setUp
      case .failed(let error): throw error
      case .closed: throw RuntimeError(.failed, "the process died on its way into the container")
      case .hooks, .process, .listener, .executing: break
      }
    }
    if setup.hasUserNamespace { try setup.setRlimits(of: child.pid, deferred: false) }
    if let path = options.pidFile { try ProcessFile.write(child.pid, to: path) }
    if let path = options.pidfdSocket {
      try Sockets.send(
        Array("setns".utf8), descriptors: [child.pidfd.number], on: try Sockets.connect(path))
    }
    try channel.go()
    let state = State(
      id: record.id, status: .running, pid: child.pid, bundle: record.bundle,
      annotations: record.annotations)
    try ProgramStart.follow(
      channel, context, pid: child.pid, seccomp: spec.linux?.seccomp, state: state)
  }

  // MARK: Cloning

  /// Clones the process in the container's cgroup and PID namespace.
  private func clone(_ runtime: SyncChannel, _ container: SyncChannel) throws -> Child {
    try Spawn.hideChildren()
    if needsStage { return try cloneThroughStage(runtime, container) }
    let own = try joinPIDForChildren()
    let side = try cloneIntoCgroup()
    guard case .parent(let child) = side else {
      runtime.close()
      enter(container, record.namespaces.subtracting(.pid))
    }
    if let own { try Namespaces.join(own.value, .pid) }
    return child
  }

  private func joinPIDForChildren() throws(SystemError) -> Shared<Descriptor>? {
    guard record.namespaces.contains(.pid) else { return nil }
    let own = Shared(try Namespaces.own(.pid))
    try Namespaces.join(target.value, .pid)
    return own
  }

  private func cloneIntoCgroup() throws -> Processes.Side {
    guard let cgroup = try record.cgroup?.open(context) else {
      if options.cgroup != nil { throw RuntimeError(.failed, "cgroup not exist") }
      return try Processes.clone()
    }
    if let path = options.cgroup {
      let below = try cgroupBelow(cgroup.value, path)
      return try Processes.clone(cgroup: below.number)
    }
    do {
      return try Processes.clone(cgroup: cgroup.value.directory.number)
    } catch {
      if error.errno != EBUSY && error.errno != EOPNOTSUPP { throw error }
      // The container has split its cgroup; its first process shows where
      // processes may be.
      return try Processes.clone(cgroup: try cgroupOfInit().number)
    }
  }

  /// Opens a cgroup below the container's; none but those can be meant.
  private func cgroupBelow(
    _ cgroup: borrowing Cgroup, _ path: String
  ) throws(RuntimeError) -> Descriptor {
    let names = path.split(separator: "/")
    if names.contains("..") {
      throw RuntimeError(.invalidSpec, "--cgroup: \(path) is not below the container's cgroup")
    }
    if names.isEmpty {
      do { return try cgroup.directory.duplicate() } catch { throw RuntimeError(error) }
    }
    do {
      return try SafePath.open(
        names.joined(separator: "/"), in: cgroup.directory, [.directory],
        resolve: [.beneath, .noLinks, .noMountCrossing])
    } catch {
      throw RuntimeError(error, "--cgroup")
    }
  }

  private func cgroupOfInit() throws -> Descriptor {
    let text = try proc.value.read("\(record.initProcess?.pid ?? 0)/cgroup")
    guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else {
      throw RuntimeError(.failed, "cgroup not exist")
    }
    return try File.open(
      try context.cgroups.hierarchy().value.mountPoint + String(line.dropFirst(3)),
      [.path, .directory])
  }

  /// Whether a process in between has to join the namespaces before the one
  /// that is to stay appears in the PID namespace.
  private var needsStage: Bool {
    // Without privileges that can be joined only from inside the user
    // namespace, which the runtime itself must not enter.
    if Processes.effectiveUser != 0 { return record.namespaces.contains(.user) }
    // Whoever may trace there may look into it at once, whatever it says about
    // itself, and must find nothing of the host in it.
    return record.namespaces.contains(.pid) && !record.namespaces.contains(.user)
      && ProcessCapabilities(spec.process?.capabilities).mayTrace
  }

  private func cloneThroughStage(_ runtime: SyncChannel, _ container: SyncChannel) throws -> Child {
    guard case .parent(let stage) = try cloneIntoCgroup() else {
      runtime.close()
      runStage(container)
    }
    container.close()
    let message = try runtime.receive()
    _ = try stage.wait()
    switch message {
    case .process(let pid, let pidfd):
      return Child(pid: pid, pidfd: try pidfd.value.duplicate())
    case .failed(let error): throw error
    default: throw RuntimeError(.failed, "the process died on its way into the container")
    }
  }

  private func runStage(_ channel: SyncChannel) -> Never {
    // See `enter`.
    _ = unsafe Unmanaged.passRetained(self)
    do {
      try OwnProcess.setParentDeathSignal(SIGKILL)
      try OwnProcess.makeUndumpable()
      try Namespaces.join(target.value, record.namespaces)
      try changeRoot()
      try letGoOfHost(channel)
      guard case .parent(let child) = try Processes.clone(asSibling: true) else {
        enter(channel, nil)
      }
      try channel.send(.process(child.pid, Shared(try child.pidfd.duplicate())))
      Processes.exit(0)
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(RuntimeError(error)))
      Processes.exit(1)
    }
  }

  /// Closes what leads to the host and is not needed any more.
  private func letGoOfHost(_ channel: SyncChannel) throws(SystemError) {
    var needed = [try channel.number()]
    if let consoleSocket { needed.append(consoleSocket.number) }
    if SecurityLabels.areSet(by: process) { needed.append(proc.value.number) }
    try OwnProcess.closeAll(from: Int32(3 + options.preserveFDs), except: needed)
  }

  // MARK: In the container

  /// Goes on in the new process; nil when another has joined the namespaces for
  /// it.
  private func enter(_ channel: SyncChannel, _ kinds: NamespaceKinds?) -> Never {
    // Its descriptors are closed all at once, by number; no owner may close
    // one again.
    _ = unsafe Unmanaged.passRetained(self)
    do {
      try OwnProcess.setParentDeathSignal(SIGKILL)
      // Without privileges nobody has seen to it before: see `hideChildren`.
      try OwnProcess.makeUndumpable()
      try channel.waitForGo()
      try setAffinity(process.execCPUAffinity?.final ?? process.execCPUAffinity?.initial)
      try OwnProcess.startSession()
      if let kinds {
        if !kinds.isEmpty { try Namespaces.join(target.value, kinds) }
        try changeRoot()
      }
      if record.namespaces.contains(.user) { try becomeRoot() }
      try finish(channel)
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(RuntimeError(error)))
      Processes.exit(1)
    }
  }

  private func setAffinity(_ cpus: String?) throws {
    guard let cpus else { return }
    try OwnProcess.setAffinity(NumberList.numbers(cpus, "process.execCPUAffinity"))
  }

  private func becomeRoot() throws(SystemError) {
    let mappings = spec.linux?.uidMappings ?? []
    if !mappings.isEmpty, !mappings.contains(where: { $0.containerID == 0 }) { return }
    try OwnProcess.setGroup(0)
    try OwnProcess.setUser(0)
    try OwnProcess.setParentDeathSignal(SIGKILL)
  }

  private func changeRoot() throws(SystemError) {
    guard let root else { return }
    try OwnProcess.changeDirectory(to: root.value)
    try OwnProcess.changeRoot(".")
  }

  private func finish(_ channel: SyncChannel) throws -> Never {
    if process.terminal {
      try Console.setUp(
        process, in: RootDirectory(try File.open("/", [.path, .directory])), bindConsole: false,
        socket: consoleSocket, channel: channel)
    } else if !setup.hasUserNamespace {
      try StandardStreams.give(to: process.user.uid)
    }
    try setup.enterWorkingDirectory()
    let executable = try Executable(process)
    for warning in try setup.becomeUser(proc.value) { try channel.send(.warning(warning)) }
    // The runtime may end once the program runs. One that ends before is seen
    // by the wait.
    try OwnProcess.setParentDeathSignal(nil)
    try channel.send(.ready)
    try channel.waitForGo()
    try ProcessExecution(
      setup: setup, executable: executable, preserveFDs: options.preserveFDs
    ).run(channel)
  }
}
