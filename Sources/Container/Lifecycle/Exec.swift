// SPDX-License-Identifier: Apache-2.0

package import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Runs another program in a container.
  ///
  /// - Returns: its exit status as shells have it; 0 when detached.
  package static func exec(
    _ options: ExecOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> Int32 {
    let directory = try StateStore(root: context.root).open(options.id)
    let status = try ContainerStatus(directory, options.id, context)
    try checkEnterable(status.state, options)
    let configuration = try ExecConfiguration(directory, options, context)
    let foreground = options.detach ? nil : try Foreground()
    let entered: EnteredProcess
    do {
      entered = try enter(status.record, configuration, options, context)
    } catch {
      let reason = error.explained(byEndOf: status.record)
      throw reason.kind == .wrongState ? stopped : reason
    }
    guard let foreground else { return 0 }
    return try foreground.wait(for: entered.child, console: entered.console).code
  }

  /// Brings the process into the container, and lets it execute its program.
  private static func enter(
    _ record: ContainerRecord, _ configuration: ExecConfiguration, _ options: ExecOptions,
    _ context: RuntimeContext
  ) throws(RuntimeError) -> EnteredProcess {
    let entry = try ContainerEntry(
      record, cgroup: options.cgroup, mayStandStill: options.ignorePaused, context)
    let program = try ExecutedProgram(
      configuration, options, record, hasUserNamespace: entry.hasUserNamespace, context)
    let entered = try entry.run(program)
    do {
      try program.finishOutside(entered.child.pid)
      try announce(entered.child, options)
      try start(entered, record, configuration.container, context)
      return entered
    } catch {
      entered.abandon()
      throw error
    }
  }

  private static var stopped: RuntimeError {
    RuntimeError.notRunning.adding("cannot exec in a stopped container")
  }

  private static func checkEnterable(
    _ state: ContainerState, _ options: ExecOptions
  ) throws(RuntimeError) {
    switch state {
    case .running, .created: return
    case .paused where options.ignorePaused: return
    case .paused:
      throw RuntimeError(
        .wrongState, "cannot exec in a paused container (use --ignore-paused to override)")
    case .stopped: throw stopped
    case .creating:
      throw RuntimeError(.wrongState, "cannot exec in a container that is being created")
    }
  }

  /// Tells callers of the process.
  private static func announce(_ child: Child, _ options: ExecOptions) throws(RuntimeError) {
    if let path = options.pidFile { try ProcessFile.write(child.pid, to: path) }
    if let path = options.pidfdSocket {
      try Sockets.send(
        Array("setns".utf8), with: child.pidfd,
        on: try Sockets.connect(path, until: patience))
    }
  }

  /// Lets the process go on, until it has executed its program.
  private static func start(
    _ entered: EnteredProcess, _ record: ContainerRecord, _ spec: Spec, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try entered.channel.go()
    let state = State(
      id: record.id, status: .running, pid: entered.child.pid, bundle: record.bundle,
      annotations: record.annotations)
    try ProgramStart.follow(
      entered.channel, record, context, pid: entered.child.pid,
      agent: SeccompAgent(spec.linux?.seccomp), state: state)
  }
}
