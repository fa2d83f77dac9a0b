// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// The createContainer hooks of a container that joins a PID namespace.
///
/// They have the host's files before them, and whoever may trace in that
/// namespace would have these too if a hook appeared there. So a process of the
/// runtime runs them, in all of the container's namespaces but that one.
enum OutsideHooks {
  /// Runs them to their end.
  ///
  /// - Parameters:
  ///   - plan: What the container is made from.
  ///   - container: A pidfd of the process that sets it up.
  ///   - pid: The ID of that process.
  ///   - cgroup: The container's cgroup, if it has one.
  /// - Throws: `RuntimeError` of kind `hookFailed` when one of them fails.
  static func run(
    _ plan: InitPlan, in container: borrowing Descriptor, pid: Int32,
    cgroup: Shared<Cgroup>?
  ) throws(RuntimeError) {
    let (own, others) = try SyncChannel.pair()
    switch try Spawn.clone(into: cgroup) {
    case .child:
      main(plan, container, pid, others)
    case .parent(let child):
      others.close()
      let answer: SyncChannel.Message
      do {
        answer = try own.receive()
      } catch {
        child.end()
        throw error
      }
      _ = try child.wait()
      if case .ready = answer { return }
      if case .failed(let error) = answer { throw error }
      throw RuntimeError(.failed, "the process that runs createContainer hooks died")
    }
  }

  private static func main(
    _ plan: InitPlan, _ container: borrowing Descriptor, _ pid: Int32, _ channel: SyncChannel
  ) -> Never {
    do {
      try enter(plan, container, pid)
      try plan.hooks.run(
        plan.spec.hooks.createContainer, .createContainer, status: .creating, pid: pid)
      try channel.send(.ready)
      Processes.exit(0)
    } catch {
      // A runtime that is gone cannot be told.
      try? channel.send(.failed(error))
      Processes.exit(1)
    }
  }

  /// Goes where the process is that sets the container up.
  private static func enter(
    _ plan: InitPlan, _ container: borrowing Descriptor, _ pid: Int32
  ) throws(RuntimeError) {
    try OwnProcess.setParentDeathSignal(SIGKILL)
    if !plan.options.noNewKeyring { try OwnProcess.joinSessionKeyring() }
    let root = try File.open("/proc/\(pid)/root", [.path, .directory])
    let workingDirectory = try File.open("/proc/\(pid)/cwd", [.path, .directory])
    try Namespaces.join(container, plan.namespaces.all.subtracting([.pid, .time]))
    try OwnProcess.changeDirectory(to: root)
    try OwnProcess.changeRoot(".")
    try OwnProcess.changeDirectory(to: workingDirectory)
    guard plan.namespaces.hasUser else { return }
    try NamespaceRootUser.become(else: plan.spec.process?.user)
    // The change of IDs resets it.
    try OwnProcess.setParentDeathSignal(SIGKILL)
  }
}
