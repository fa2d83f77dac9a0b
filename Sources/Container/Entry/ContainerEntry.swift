// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The way into a running container, seen from the runtime.
///
/// The runtime itself joins nothing, so there is nothing to go back from, which
/// without privileges it could not. It clones a process in between into the
/// container's cgroup. That one becomes what the container may see, and only
/// then clones the process that appears in the PID namespace:
/// ```
///  runtime             in between                     in the container
///  -------             ----------                     ----------------
///  clone ────────────► join namespaces and root
///        ◄──────────── console, warning
///                      become the container's user
///                      let go of the host
///        ◄──────────── clone, process ──────────────► session, terminal
///  wait for its end    exit
///  go    ───────────────────────────────────────────► finish
/// ```
final class ContainerEntry {
  private let context: RuntimeContext
  private let target: EntryTarget
  private let cgroup: EntryCgroup
  /// Whether a frozen container is waited for.
  private let mayStandStill: Bool
  /// The terminal's main side, for the caller to relay.
  private var console: Shared<Descriptor>?

  /// Opens a container.
  ///
  /// `path` is the cgroup below its own to enter; `mayStandStill` has the caller
  /// wait for a container that is frozen until it goes on.
  init(
    _ record: ContainerRecord, cgroup path: String? = nil, mayStandStill: Bool = false,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    self.mayStandStill = mayStandStill
    self.context = context
    target = try EntryTarget(record)
    cgroup = EntryCgroup(record: record, path: path, context: context)
  }

  /// Whether the container has other users than the runtime.
  var hasUserNamespace: Bool { target.hasUserNamespace }

  /// Brings a process into the container, where it waits for go.
  func run(_ work: any EntryWork) throws(RuntimeError) -> EnteredProcess {
    let ends = try step("open a channel") { () throws(RuntimeError) in try SyncChannel.pair() }
    try step("hide from the container") { () throws(RuntimeError) in try Spawn.hideChildren() }
    let between = try step("clone a process to enter with") { () throws(RuntimeError) in
      try clone(work, ends)
    }
    let child = try step("follow the process in between") { () throws(RuntimeError) in
      try follow(between, ends.0, work)
    }
    return EnteredProcess(child: child, channel: ends.0, console: console)
  }

  private var death: RuntimeError {
    RuntimeError(.failed, "the process died on its way into the container")
      .explained(byKillsIn: cgroup.record, context)
  }

  private func clone(
    _ work: any EntryWork, _ ends: (runtime: SyncChannel, container: SyncChannel)
  ) throws(RuntimeError) -> Child {
    guard case .parent(let between) = try cgroup.clone() else {
      ends.runtime.close()
      EnteringProcess.main(target, work, ends.container)
    }
    ends.container.close()
    return between
  }

  /// - Returns: the process in the container, of which this one is the parent.
  ///
  /// That one may be in the hands of a tracer, and speak before the process in
  /// between does: what it says of itself is not believed.
  private func follow(
    _ between: Child, _ channel: SyncChannel, _ work: any EntryWork
  ) throws(RuntimeError) -> Child {
    do {
      let child = try followToEnd(between, channel, work)
      // Whether it has done its part, its last message said.
      _ = try? between.wait()
      return child
    } catch {
      between.end()
      throw error
    }
  }

  private func followToEnd(
    _ between: Child, _ channel: SyncChannel, _ work: any EntryWork
  ) throws(RuntimeError) -> Child {
    while true {
      let message =
        mayStandStill ? try channel.receive() : try channel.receive(from: between.pid, context)
      switch message {
      case .console(let main) where work.hasTerminal:
        // Before the program can ask for it.
        try Foreground.copySize(to: main)
        console = main
      case .warning(let text): context.warn(text)
      case .process(_, let pidfd):
        let child = try Processes.child(behind: try pidfd.value.duplicate())
        if child.pid == between.pid { throw death }
        return child
      case .failed(let error): throw error
      case .closed: throw death
      case .console, .hooks, .ready, .listener, .executing, .tree: break
      }
    }
  }
}

/// A process that has entered a container and waits there for go.
struct EnteredProcess {
  /// The process, a child of the runtime.
  let child: Child
  /// The runtime's end of the channel to it.
  let channel: SyncChannel
  /// The terminal's main side, for the caller to relay.
  let console: Shared<Descriptor>?

  /// Ends a process that is not to go on.
  func abandon() { child.end() }
}
