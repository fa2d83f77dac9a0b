// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Deletes a container that has stopped, or was never started; with `force`
  /// any one, and one that does not exist is no error.
  package static func delete(
    _ id: String, force: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let directory: StateDirectory
    do {
      directory = try StateStore(root: context.root).open(id)
    } catch  where force && error.kind == .notFound {
      return
    }
    if force { try endEverything(directory, context) }
    do {
      try directory.lock()
    } catch {
      throw RuntimeError(error)
    }
    // Another delete was quicker.
    if directory.isGone() {
      if force { return }
      throw RuntimeError(.notFound, "container does not exist: \(id)")
    }
    guard let record = try directory.read() else {
      return try Removal.removeDirectory(directory)
    }
    if !force { try requireDeletable(directory, id, context) }
    // Read before the directory is gone.
    let poststop = keptHooks(directory).poststop
    try Removal(record, context).run(directory)
    HookRunner(id: id, bundle: record.bundle, annotations: record.annotations)
      .runAll(poststop, .poststop, status: .stopped, pid: 0) { context.warn("\($0)") }
  }

  private static func requireDeletable(
    _ directory: borrowing StateDirectory, _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let state = try ContainerStatus(directory, id, context).state
    if state == .stopped || state == .created { return }
    throw RuntimeError(
      .wrongState, "cannot delete container \(id) that is not stopped: \(state.rawValue)")
  }

  /// Ends what holds the lock: a `create` under way, or a `start` that waits
  /// for the container.
  private static func endEverything(
    _ directory: borrowing StateDirectory, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      if try directory.tryLock() { return }
      guard let record = try directory.read() else { return }
      if let creator = try record.creator?.open() {
        try Processes.signal(creator.descriptor, SIGKILL)
        _ = try creator.descriptor.waitUntilReadable(until: .after(milliseconds: patience))
      }
      if let process = try record.initProcess?.open() {
        try Processes.signal(process.descriptor, SIGKILL)
      }
    } catch let error as SystemError {
      if error.errno != ESRCH { throw RuntimeError(error) }
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(.failed, "\(error)")
    }
  }

  /// The hooks of the kept configuration; none when there is no
  /// configuration, as in a container that was never completed.
  static func keptHooks(_ directory: borrowing StateDirectory) -> Hooks {
    guard let bytes = try? directory.readConfig(),
      let spec = try? Spec.decode(bytes: bytes)
    else { return Hooks() }
    return spec.hooks
  }
}
