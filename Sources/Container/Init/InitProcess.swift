// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The container's first process, from the clone to its program.
///
/// It is a copy of the runtime that goes on in ordinary code. It ends with an
/// exec, or with a message on the channel and `_exit`.
struct InitProcess {
  private let plan: InitPlan
  private let channel: SyncChannel

  /// Becomes the container's first process.
  static func main(_ plan: InitPlan, _ channel: SyncChannel) -> Never {
    // Its descriptors are closed all at once, by number; no owner may close
    // one again.
    _ = unsafe Unmanaged.passRetained(plan)
    do {
      try RootSetup.run(plan, channel, root: NamespaceSetup.run(plan, channel))
      try InitProcess(plan: plan, channel: channel).finish()
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(error))
      Processes.exit(1)
    }
  }

  /// Becomes the container's user, waits to be started, and executes the
  /// program.
  private func finish() throws(RuntimeError) -> Never {
    // Not before the hooks, some of which have the caller's environment.
    OwnProcess.forgetCaller()
    guard let setup = plan.setup else {
      try moveIntoPIDNamespace()
      try ready()
      try waitToBeDeleted()
    }
    let (program, warnings) = try setup.prepare(plan.proc.value)
    try warn(warnings)
    try confine(setup)
    try moveIntoPIDNamespace()
    try ready()
    try execute(program, setup, try waitForStart())
  }

  /// Loads the filter before the process waits to be started, where a neighbour
  /// could trace it.
  ///
  /// Hooks that start with the program open what they need before the filter.
  private func confine(_ setup: ProcessSetup) throws(RuntimeError) {
    if !plan.spec.hooks.startContainer.isEmpty { return }
    try setup.confine(foreseeing: EnteringProcess.callsAfterwards + Self.callsWhileWaiting)
  }

  /// The calls that only a process makes that waits to be started.
  private static let callsWhileWaiting = [ForeseenCall("accept"), ForeseenCall("prctl", [0: 4])]

  /// Leaves the rest to a successor in the PID namespace that the container
  /// joins, if it does: whoever may trace there finds nothing of the host in
  /// it, and no privilege that the program will not have.
  private func moveIntoPIDNamespace() throws(RuntimeError) {
    if plan.namespaces.joined(.pid) == nil { return }
    do {
      try letGoOfHost()
      switch try Processes.cloneSibling() {
      case .child:
        try OwnProcess.setParentDeathSignal(SIGKILL)
        try OwnProcess.startSession()
        if plan.spec.process?.terminal == true { try Console.makeControlling() }
        // It may be quicker than the word of it: until the runtime knows who it
        // is, it takes what is said for its predecessor's.
        try channel.waitForGo()
      case .parent(let child):
        try channel.send(.process(child.pid, Shared(try child.pidfd.duplicate())))
        Processes.exit(0)
      }
    } catch {
      throw error.adding("enter the PID namespace")
    }
  }

  /// Closes everything but what waiting to be started takes.
  private func letGoOfHost() throws(RuntimeError) {
    let gate = plan.gate.map { [$0] } ?? []
    try OwnProcess.closeAll(
      except: gate + [channel.open()], passingOn: plan.options.preservedFiles)
  }

  private func ready() throws(RuntimeError) {
    // The runtime may end as soon as it has said go. One that ends before is
    // seen by the wait.
    try OwnProcess.setParentDeathSignal(nil)
    try channel.send(.ready)
    try channel.waitForGo()
    // From here on the container holds nothing of the host but what the start
    // needs.
    if let gate = plan.gate {
      channel.close()
      try OwnProcess.closeAll(except: [gate], passingOn: plan.options.preservedFiles)
      // `exec` has to find the namespaces; there is no more to be found.
      if !plan.isPrivileged { try OwnProcess.makeDumpable() }
    }
  }

  /// The channel to whoever starts the program: `start`, or the runtime that
  /// made the container.
  private func waitForStart() throws(RuntimeError) -> SyncChannel {
    do {
      guard let gate = plan.gate else { return channel }
      return try StartGate.waitForStart(gate.value)
    } catch {
      throw error.adding("wait for start")
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
    for warning in warnings { try channel.send(.warning(warning)) }
  }
}
