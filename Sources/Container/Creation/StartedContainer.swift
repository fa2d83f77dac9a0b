// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// A container that is being started, by `start` or by `run`.
struct StartedContainer {
  private let record: ContainerRecord
  private let context: RuntimeContext

  init(_ record: ContainerRecord, _ context: RuntimeContext) {
    self.record = record
    self.context = context
  }

  /// Lets the container's side go on and waits until the program has been
  /// executed.
  func execute(_ channel: SyncChannel) throws(RuntimeError) {
    do {
      try step("talk to the container's first process") { () throws(RuntimeError) in
        try channel.go()
        try ProgramStart.follow(
          channel, record, context, pid: record.initProcess?.pid ?? 0,
          agent: record.configuration.agent, state: state(.created))
      }
    } catch {
      // The process may still wait for an answer, and ends when there is none.
      channel.close()
      if Standstill.reason(for: record.initProcess?.pid ?? 0, context) == nil { waitUntilDead() }
      throw error
    }
  }

  /// A container whose program could not be executed is stopped when `start`
  /// returns.
  private func waitUntilDead() {
    do {
      guard let handle = try record.initProcess?.open() else { return }
      _ = try record.waitForEnd(of: handle.value, until: Lifecycle.patience, context)
    } catch {
      // Why it could not be executed is the error to report.
      context.warn("\(error.adding("wait for the end of the container's first process"))")
    }
  }

  private func state(_ state: ContainerState) -> State {
    State(
      id: record.id, status: state, pid: record.initProcess?.pid, bundle: record.bundle,
      annotations: record.annotations)
  }

  /// Destroys the container and runs its poststop hooks, since a hook of the
  /// start has failed (runtime.md, lifecycle: on with step 12).
  ///
  /// The caller must not hold the container's lock.
  func destroy() {
    do {
      try Lifecycle.delete(record, context)
    } catch {
      // Why it is destroyed is the error to report.
      context.warn("\(error.adding("clean up"))")
    }
  }

  /// Runs the poststart hooks; one that fails ends and destroys the container.
  func runPoststartHooks() throws(RuntimeError) {
    let hooks = record.configuration.poststart
    do {
      try HookRunner(id: record.id, bundle: record.bundle, annotations: record.annotations)
        .run(hooks, .poststart, status: .running, pid: record.initProcess?.pid ?? 0)
    } catch {
      destroy()
      throw error
    }
  }
}
