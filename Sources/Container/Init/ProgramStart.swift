// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The last exchange with a process that is about to execute its program, seen
/// from the runtime.
enum ProgramStart {
  /// Why a container without a process cannot be started.
  static var noProcess: RuntimeError {
    RuntimeError(.invalidSpec, "process: the configuration has none to start")
  }

  /// Serves the process until it has executed the program.
  ///
  /// - Throws: `RuntimeError` with the process's own reason when it could not, of
  ///   kind `hookFailed` when that is one of its hooks.
  static func follow(
    _ channel: SyncChannel, _ record: ContainerRecord, _ context: RuntimeContext, pid: Int32,
    agent: SeccompAgent?, state: State
  ) throws(RuntimeError) {
    var stage = Stage.settingUp
    while true {
      switch try channel.receive(from: pid, context) {
      case .hooks: stage = .runningHooks
      case .executing: stage = .executing
      case .warning(let text): context.warn(text)
      case .listener(let number):
        try handOn(number, of: pid, agent, state)
        try channel.go()
      case .failed(let error): throw error
      case .closed:
        if stage == .executing { return }
        throw stage.death.explained(byKillsIn: record, context)
      case .console, .ready, .process, .tree: break
      }
    }
  }

  /// How far the process has come.
  private enum Stage {
    case settingUp
    case runningHooks
    case executing

    /// Why it cannot execute its program when it has died there.
    var death: RuntimeError {
      switch self {
      case .settingUp, .executing:
        RuntimeError(.failed, "the process died before it could execute its program")
      case .runningHooks:
        // A filter has ended it, or somebody from outside.
        RuntimeError(
          .hookFailed, "hooks.startContainer: the process died while it ran them")
      }
    }
  }

  /// Sends the descriptor of system call notifications to the agent.
  private static func handOn(
    _ number: DescriptorNumber, of pid: Int32, _ agent: SeccompAgent?, _ state: State
  ) throws(RuntimeError) {
    guard let agent else {
      throw RuntimeError(.invalidSpec, "linux.seccomp.listenerPath: nobody is there to notify")
    }
    let listener = try Processes.descriptor(number, of: Processes.open(pid: pid))
    let message = ContainerProcessState(
      fds: [SeccompListener.descriptorName], pid: pid, metadata: agent.metadata,
      state: state)
    try SeccompListener.send(path: agent.path, state: message.json.bytes(), listener: listener)
  }
}
