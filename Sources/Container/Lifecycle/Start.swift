// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Executes the program of a created container, and returns once it has been
  /// executed.
  ///
  /// When it cannot be, the error says why and the container is stopped.
  package static func start(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    let directory = try StateStore(root: context.root).open(id)
    do {
      try directory.lock()
    } catch {
      throw RuntimeError(error)
    }
    let status = try ContainerStatus(directory, id, context)
    let spec = keptConfiguration(directory)
    let channel: SyncChannel
    do {
      guard status.state == .created else { throw refusal(of: status.state) }
      // Refused before the container hears of it: an error changes nothing
      // (runtime.md, start).
      if let spec, spec.process == nil { throw ProgramStart.noProcess }
      guard let connected = try StartGate.connect(directory.descriptor) else {
        throw RuntimeError(.wrongState, "cannot start a container that no longer waits for it")
      }
      channel = connected
    } catch {
      throw RuntimeError(error)
    }
    let started = StartedContainer(status.record, spec, context)
    try started.execute(channel)
    do {
      try StartGate.remove(from: directory.descriptor)
    } catch {
      throw RuntimeError(error, "remove the start gate")
    }
    // The container is complete, and its hooks may take as long as they like.
    directory.unlock()
    try started.runPoststartHooks()
  }

  private static func refusal(of state: ContainerState) -> RuntimeError {
    switch state {
    case .stopped: RuntimeError(.wrongState, "cannot start a container that has stopped")
    case .running: RuntimeError(.wrongState, "cannot start an already running container")
    default:
      RuntimeError(.wrongState, "cannot start a container in the \(state.rawValue) state")
    }
  }

  /// The configuration as it was at create; nil when it cannot be read, which
  /// leaves hooks and listeners without effect.
  private static func keptConfiguration(_ directory: borrowing StateDirectory) -> Spec? {
    guard let bytes = try? directory.readConfig() else { return nil }
    return try? Spec.decode(bytes: bytes)
  }
}

/// A container that is being started, by `start` or by `run`.
struct StartedContainer {
  private let record: ContainerRecord
  private let spec: Spec?
  private let context: RuntimeContext

  init(_ record: ContainerRecord, _ spec: Spec?, _ context: RuntimeContext) {
    self.record = record
    self.spec = spec
    self.context = context
  }

  /// Lets the container's side go on and waits until the program has been
  /// executed.
  func execute(_ channel: SyncChannel) throws(RuntimeError) {
    do {
      try channel.go()
      try ProgramStart.follow(
        channel, context, pid: record.initProcess?.pid ?? 0,
        seccomp: spec?.linux?.seccomp, state: state(.created))
    } catch let error as SystemError {
      throw RuntimeError(error, "talk to the container's first process")
    } catch let error as RuntimeError {
      // The process may still wait for an answer, and ends when there is none.
      channel.close()
      try waitUntilDead()
      throw error
    } catch {
      throw RuntimeError(.failed, "\(error)")
    }
  }

  /// A container whose program could not be executed is stopped when `start`
  /// returns.
  private func waitUntilDead() throws(RuntimeError) {
    do {
      guard let handle = try record.initProcess?.open() else { return }
      _ = try handle.descriptor.waitUntilReadable(until: .after(milliseconds: Lifecycle.patience))
    } catch {
      throw RuntimeError(error)
    }
  }

  private func state(_ state: ContainerState) -> State {
    State(
      id: record.id, status: state, pid: record.initProcess?.pid, bundle: record.bundle,
      annotations: record.annotations)
  }

  /// Runs the poststart hooks; one that fails stops the container
  /// (runtime.md, lifecycle).
  func runPoststartHooks() throws(RuntimeError) {
    guard let hooks = spec?.hooks.poststart, !hooks.isEmpty else { return }
    do {
      try HookRunner(id: record.id, bundle: record.bundle, annotations: record.annotations)
        .run(hooks, .poststart, status: .running, pid: record.initProcess?.pid ?? 0)
    } catch {
      try Lifecycle.kill(record.id, SIGKILL, all: true, context)
      try waitUntilDead()
      throw error
    }
  }
}
