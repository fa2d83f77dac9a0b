// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// The last stretch before a program runs: the hooks in the container, the
/// filter, execve(2).
struct ProcessExecution {
  /// What the process becomes.
  let setup: ProcessSetup
  /// The program.
  let executable: Executable
  /// Descriptors to hand to the program, from 3 on.
  let preservedFiles: [DescriptorNumber]
  /// The startContainer hooks.
  let startHooks: [Hook]
  /// What hooks are told.
  let hooks: HookRunner?
  /// Whether the program runs without its starter, too: a container that waited
  /// for `start` is known by itself, while what a `run` or `exec` that was killed
  /// has begun is nobody's.
  private let outlivesStarter: Bool

  /// The stretch of a container's first process.
  init(setup: ProcessSetup, executable: Executable, plan: InitPlan) {
    self.setup = setup
    self.executable = executable
    preservedFiles = plan.options.preservedFiles
    startHooks = plan.spec.hooks.startContainer
    hooks = plan.hooks
    outlivesStarter = plan.gate != nil
  }

  /// The stretch of a process of `exec`.
  init(setup: ProcessSetup, executable: Executable, preservedFiles: [DescriptorNumber]) {
    self.setup = setup
    self.executable = executable
    self.preservedFiles = preservedFiles
    startHooks = []
    hooks = nil
    outlivesStarter = false
  }

  /// Executes the program; `starter` learns how far that is, and of a listener.
  ///
  /// Where the starter is a `start`, which has said go, the program is executed even
  /// if that is killed meanwhile: only a listener still needs it.
  func run(_ starter: SyncChannel) throws(RuntimeError) -> Never {
    // Not only on exec: the kernel looks the program and its interpreter up
    // before that, and a path of the image through /proc/self/fd would find
    // the host behind a descriptor that is still open (CVE-2024-21626).
    try OwnProcess.closeAll(except: [starter.open()], passingOn: preservedFiles)
    let prepared =
      try hooks?.prepareForStart(startHooks, environment: executable.environment) ?? []
    try setup.finishInside()
    Signals.prepareForProgram()
    // Before the filter, which need not know more than execve(2) then.
    if prepared.isEmpty { try tell(.executing, starter) }
    try offer(try setup.loadFilter(), starter)
    try setup.giveUpPrivileges()
    if !prepared.isEmpty { try run(prepared, starter) }
    throw executable.failure(executable.program.execute(executable.path))
  }

  /// Runs the startContainer hooks with all that the program has and no more:
  /// they are of the image as it is.
  private func run(_ hooks: [PreparedHook], _ starter: SyncChannel) throws(RuntimeError) {
    try tell(.hooks, starter)
    for hook in hooks { try hook.run() }
    try tell(.executing, starter)
  }

  /// Tells the starter how far this is.
  private func tell(_ message: SyncChannel.Message, _ starter: SyncChannel) throws(RuntimeError) {
    do {
      try starter.send(message)
    } catch {
      // The second is said once, where it leaves something unread.
      let isGone = error.errno == EPIPE || error.errno == ECONNRESET
      if !(outlivesStarter && isGone) { throw error }
    }
  }

  /// Lets the starter fetch the descriptor of system call notifications, and
  /// waits until it has handed it on: until then nobody would answer one.
  private func offer(
    _ listener: consuming Descriptor?, _ starter: SyncChannel
  ) throws(RuntimeError) {
    guard let listener else { return }
    try starter.send(.listener(listener.numberForOthers))
    try starter.waitForGo()
  }
}
