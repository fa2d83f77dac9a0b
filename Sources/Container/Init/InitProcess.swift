// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The container's first process, from the clone to its program.
///
/// It is a copy of the runtime that goes on in ordinary code. It ends with an
/// exec, or with a message on the channel and `_exit`.
final class InitProcess {
  private let plan: InitPlan
  private let channel: SyncChannel
  private let root: RootDirectory
  /// Where the container's root goes; nil in a mount namespace of others.
  private var namespaceRoot: NamespaceRoot?

  private init(_ plan: InitPlan, _ channel: SyncChannel) throws(RuntimeError) {
    self.plan = plan
    self.channel = channel
    do {
      root = RootDirectory(try plan.mounts.root.value.duplicate())
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Becomes the container's first process.
  static func main(_ plan: InitPlan, _ channel: SyncChannel) -> Never {
    // Its descriptors are closed all at once, by number; no owner may close
    // one again.
    _ = unsafe Unmanaged.passRetained(plan)
    do {
      let process = try InitProcess(plan, channel)
      try process.setUp()
      try process.finish()
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(error))
      Processes.exit(1)
    }
  }

  /// The steps in their order; a step's name is the context of its errors.
  private func setUp() throws(RuntimeError) {
    let steps: [(String, (InitProcess) throws -> Void)] = [
      ("wait for the runtime", { try $0.waitForRuntime() }),
      ("join namespaces", { try $0.joinNamespaces() }),
      ("enter the user namespace", { try $0.enterUserNamespace() }),
      ("set up namespaces", { try $0.setUpNamespaces() }),
      ("join a session keyring", { try $0.joinKeyring() }),
      ("set up the root file system", { try $0.attachRoot() }),
      ("set up mounts", { try $0.mountAll() }),
      ("set up devices", { try $0.makeDevices() }),
      ("set sysctls", { try $0.setSysctls() }),
      // The hooks see the mounts, but the host's paths are still there.
      ("run hooks", { try $0.runHooks() }),
      ("set up the terminal", { try $0.setUpTerminal() }),
      ("make the working directory", { try $0.makeWorkingDirectory() }),
      // After everything that is made in the root or that the hooks add to it.
      ("hide paths", { try $0.hidePaths() }),
      ("change the root", { try $0.changeRoot() }),
      ("set the root's propagation", { try $0.setPropagation() }),
    ]
    for (name, step) in steps {
      do {
        try step(self)
      } catch let error as RuntimeError {
        throw error
      } catch {
        throw RuntimeError(error, name)
      }
    }
  }

  // MARK: Namespaces

  private func waitForRuntime() throws {
    try takeStreams()
    try OwnProcess.setName(StartGate.processName)
    try OwnProcess.setParentDeathSignal(SIGKILL)
    try channel.waitForGo()
    // Only now where the runtime has no privileges: see `Spawn.hideChildren`.
    try OwnProcess.makeUndumpable()
    try OwnProcess.startSession()
  }

  /// Takes the standard streams that are meant for the container, if those of
  /// the runtime are not.
  private func takeStreams() throws(SystemError) {
    guard let streams = plan.options.streams else { return }
    for (stream, number) in [streams.input, streams.output, streams.error].enumerated() {
      try OwnProcess.place(number, at: Int32(stream))
    }
  }

  private func joinNamespaces() throws {
    if plan.namespaces.needsStage { return }
    for joined in plan.namespaces.joined {
      try Namespaces.join(joined.descriptor.value, joined.kind, subject: joined.path)
    }
  }

  private func enterUserNamespace() throws {
    guard plan.namespaces.hasUser else { return }
    // Without a mapping for root there is none to become.
    let mappings = plan.spec.linux?.uidMappings ?? []
    if !mappings.isEmpty, !mappings.contains(where: { $0.containerID == 0 }) { return }
    try OwnProcess.setGroup(0)
    try OwnProcess.setUser(0)
    // The change of IDs resets it.
    try OwnProcess.setParentDeathSignal(SIGKILL)
  }

  private func setUpNamespaces() throws {
    // Only now: its root is the cgroup that the process is in.
    if plan.namespaces.made.contains(.cgroup) { try Namespaces.unshare(.cgroup) }
    // Whoever makes it owns its message queues, which have to be the container's.
    if plan.namespaces.hasUser, plan.namespaces.made.contains(.ipc) {
      try Namespaces.unshare(.ipc)
    }
    if plan.namespaces.made.contains(.network) { try NetworkDevices.bringLoopbackUp() }
    if let hostname = plan.spec.hostname { try OwnProcess.setHostname(hostname) }
    if let domainname = plan.spec.domainname { try OwnProcess.setDomainname(domainname) }
  }

  private func joinKeyring() throws {
    if !plan.options.noNewKeyring { try OwnProcess.joinSessionKeyring() }
  }

  private func setSysctls() throws {
    for entry in plan.spec.linux?.sysctl.members ?? [] {
      // Its name was checked with the rest of the configuration.
      guard let sysctl = Sysctl(entry.key) else { continue }
      do {
        try plan.proc.value.write(
          entry.value, to: "sys/" + sysctl.components.joined(separator: "/"))
      } catch {
        throw RuntimeError(error, "\(DocumentPath.root["linux"]["sysctl"][entry.key])")
      }
    }
  }

  // MARK: Root file system

  private func attachRoot() throws {
    if plan.ownsMounts { namespaceRoot = try NamespaceRoot() }
    do {
      // Where hooks look for it.
      try attachRoot(onto: plan.bundle.rootfs)
    } catch let error as SystemError {
      // A user namespace may have no way there, but always one to the root.
      guard error.errno == EACCES, plan.ownsMounts, !plan.options.noPivot else { throw error }
      try attachRoot(onto: "/")
    }
  }

  private func attachRoot(onto path: String) throws {
    let target = try File.open(path, [.path, .directory])
    try MountTree.attach(root.descriptor, onto: target, subject: path)
  }

  private func mountAll() throws {
    let mounter = Mounter(
      cgroups: plan.cgroups, mountLabel: plan.spec.linux?.mountLabel,
      hasUserNamespace: plan.namespaces.hasUser)
    for planned in plan.mounts.mounts { try mounter.mount(planned, in: root) }
  }

  private func makeDevices() throws {
    let isBound = plan.mounts.mounts.contains {
      $0.options.bind && SafePath.split($0.destination) == ("", "dev")
    }
    try Devices(
      hostTrees: plan.mounts.deviceTrees, bind: plan.namespaces.hasUser, isBound: isBound
    ).make(for: plan.spec, in: root)
  }

  private func runHooks() throws {
    if plan.hasRuntimeHooks {
      try channel.send(.hooks)
      try channel.waitForGo()
    }
    try plan.hooks.run(
      plan.spec.hooks.createContainer, .createContainer, status: .creating, pid: Processes.own)
  }

  private func setUpTerminal() throws {
    guard let process = plan.spec.process, process.terminal else { return }
    try Console.setUp(
      process, in: root, bindConsole: true, socket: plan.consoleSocket, channel: channel)
    // Else it is the successor that leads a session.
    if plan.namespaces.joined(.pid) == nil { try Console.makeControlling() }
  }

  private func makeWorkingDirectory() throws(RuntimeError) {
    guard let path = plan.spec.process?.cwd else { return }
    do {
      _ = try SafePath.makeDirectories(path, in: root.descriptor)
    } catch  where error.errno == EACCES {
      // Perhaps only the user may enter it.
    } catch {
      throw RuntimeError(error, "enter working directory \(path)")
    }
  }

  private func hidePaths() throws {
    let linux = plan.spec.linux
    try HiddenPaths.protect(linux?.readonlyPaths ?? [], in: root)
    try HiddenPaths.mask(linux?.maskedPaths ?? [], in: root)
    for planned in plan.mounts.mounts { try planned.protect() }
    if plan.spec.root?.readonly == true {
      try MountTree.setAttributes(root.descriptor, set: .readOnly)
    }
  }

  private func changeRoot() throws {
    try namespaceRoot?.enter()
    if !plan.ownsMounts {
      try RootSwitch.change(to: root)
    } else if plan.options.noPivot {
      try RootSwitch.move(to: root)
    } else {
      try RootSwitch.pivot(to: root)
    }
  }

  private func setPropagation() throws {
    guard plan.ownsMounts, let wanted = plan.spec.linux?.rootfsPropagation,
      let change = MountOptions.propagation(named: wanted.rawValue)
    else { return }
    try Mounts.mount(
      on: "/", change.recursive ? [change.kind, .recursive] : change.kind)
  }

  // MARK: The program

  /// Becomes the container's user, waits to be started, and executes the
  /// program.
  private func finish() throws(RuntimeError) -> Never {
    guard let setup = plan.setup else {
      try moveIntoPIDNamespace()
      try ready()
      try waitToBeDeleted()
    }
    if !setup.process.terminal, !setup.hasUserNamespace {
      try StandardStreams.give(to: setup.process.user.uid)
    }
    try setup.enterWorkingDirectory()
    let executable = try Executable(setup.process)
    try warn(setup.becomeUser(plan.proc.value))
    try moveIntoPIDNamespace()
    try ready()
    try execute(executable, setup, try waitForStart())
  }

  /// Leaves the rest to a successor in the PID namespace that the container
  /// joins, if it does: whoever may trace there finds nothing of the host in
  /// it, and no privilege that the program will not have.
  private func moveIntoPIDNamespace() throws(RuntimeError) {
    if plan.namespaces.joined(.pid) == nil { return }
    do {
      try letGoOfHost()
      switch try Processes.clone(asSibling: true) {
      case .child:
        try OwnProcess.setParentDeathSignal(SIGKILL)
        try OwnProcess.startSession()
        if plan.spec.process?.terminal == true { try Console.makeControlling() }
      case .parent(let child):
        try channel.send(.process(child.pid, Shared(try child.pidfd.duplicate())))
        Processes.exit(0)
      }
    } catch {
      throw RuntimeError(error, "enter the PID namespace")
    }
  }

  /// Closes everything but what waiting to be started takes.
  private func letGoOfHost() throws {
    try OwnProcess.closeAll(
      from: Int32(3 + plan.options.passedFiles),
      except: [channel.number()] + (plan.gate.map { [$0.number] } ?? []))
  }

  private func ready() throws(RuntimeError) {
    do {
      // The runtime may end as soon as it has said go. One that ends before is
      // seen by the wait.
      try OwnProcess.setParentDeathSignal(nil)
      try channel.send(.ready)
      try channel.waitForGo()
      // From here on the container holds nothing of the host but what the start
      // needs.
      if let gate = plan.gate {
        channel.close()
        try OwnProcess.closeAll(
          from: Int32(3 + plan.options.passedFiles), except: [gate.number])
      }
    } catch {
      throw RuntimeError(error)
    }
  }

  /// The channel to whoever starts the program: `start`, or the runtime that
  /// made the container.
  private func waitForStart() throws(RuntimeError) -> SyncChannel {
    do {
      guard let gate = plan.gate else { return channel }
      return try StartGate.waitForStart(gate.value)
    } catch {
      throw RuntimeError(error, "wait for start")
    }
  }

  private func execute(
    _ executable: Executable, _ setup: ProcessSetup, _ starter: SyncChannel
  ) throws(RuntimeError) -> Never {
    do throws(RuntimeError) {
      try ProcessExecution(setup: setup, executable: executable, plan: plan).run(starter)
    } catch {
      // A starter that is gone cannot be told.
      try? starter.send(.failed(error))
      Processes.exit(1)
    }
  }

  /// A container without a process only holds its namespaces until it is
  /// deleted: `start` refuses it without a word here, unless it could not read
  /// the configuration.
  private func waitToBeDeleted() throws(RuntimeError) -> Never {
    let starter = try waitForStart()
    try? starter.send(.failed(ProgramStart.noProcess))
    Processes.exit(1)
  }

  private func warn(_ warnings: [String]) throws(RuntimeError) {
    do {
      for warning in warnings { try channel.send(.warning(warning)) }
    } catch {
      throw RuntimeError(error)
    }
  }
}
