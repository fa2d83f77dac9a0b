// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The program of an `exec`, on its way into the container.
final class ExecutedProgram: EntryWork {
  let preservedFiles: [DescriptorNumber]
  private let process: Process
  private let setup: ProcessSetup
  private let proc: Shared<Procfs>
  private let consoleSocket: Shared<Descriptor>?
  /// Whether it stays in the session keyring of whoever runs it.
  private let keepsKeyring: Bool
  /// Whether what it may not do on the host is a warning only.
  private let rootless: Bool

  /// Opens what is needed.
  init(
    _ configuration: ExecConfiguration, _ options: ExecOptions, _ record: ContainerRecord,
    hasUserNamespace: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let container = configuration.container
    let program = try configuration.filter.program(for: container.linux?.seccomp)
    process = configuration.process
    setup = ProcessSetup(
      process, container.linux, seccomp: program, hasUserNamespace: hasUserNamespace,
      keepGroups: container.annotations["run.oci.keep_original_groups"] == "1", hasSuccessor: true)
    preservedFiles = options.preservedFiles
    keepsKeyring = record.keepsKeyring
    rootless = context.rootless
    proc = try Shared(Procfs())
    consoleSocket = try options.consoleSocket.map { path throws(RuntimeError) in
      Shared(try Sockets.connect(path, until: Lifecycle.patience))
    }
  }

  var user: User { process.user }
  var hasTerminal: Bool { process.terminal }

  /// Does what only the runtime may do for a process that is in the container.
  func finishOutside(_ pid: Int32) throws(RuntimeError) {
    try setup.finishOutside(pid)
  }

  // MARK: In between

  func prepare(_ channel: SyncChannel) throws(RuntimeError) {
    guard let score = process.oomScoreAdj else { return }
    do {
      try proc.value.write("\(score)", to: "self/oom_score_adj")
    } catch {
      guard rootless, error.errno == EPERM || error.errno == EACCES else {
        throw error.adding("process.oomScoreAdj")
      }
      try channel.send(
        .warning("process.oomScoreAdj: \(score) needs privileges, and is left as it was"))
    }
  }

  func setUp(_ channel: SyncChannel) throws(RuntimeError) -> Rest {
    try setAffinity(process.execCPUAffinity?.final ?? process.execCPUAffinity?.initial)
    if !keepsKeyring { try OwnProcess.joinSessionKeyring() }
    if process.terminal {
      try step("set up the terminal") { () throws(RuntimeError) in
        try Console.setUp(
          process, in: try RootDirectory(File.open("/", [.path, .directory])), bindConsole: false,
          socket: consoleSocket, channel: channel)
      }
    }
    let (executable, warnings) = try setup.prepare(proc.value)
    for warning in warnings { try channel.send(.warning(warning)) }
    let execution = ProcessExecution(
      setup: setup, executable: executable, preservedFiles: preservedFiles)
    return { channel in try execution.run(channel) }
  }

  func confine() throws(RuntimeError) {
    try setup.confine(foreseeing: EnteringProcess.callsAfterwards)
  }

  private func setAffinity(_ cpus: String?) throws(RuntimeError) {
    guard let cpus else { return try OwnProcess.resetAffinity() }
    try OwnProcess.setAffinity(NumberList.numbers(cpus, "process.execCPUAffinity"))
  }
}
