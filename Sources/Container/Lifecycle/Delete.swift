// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
package import Kernel
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
    if force { try endEverything(directory) }
    try directory.lock(id)
    // Another delete was quicker.
    if try directory.isGone() {
      if force { return }
      throw RuntimeError(.notFound, "container does not exist: \(id)")
    }
    guard let record = try directory.read() else {
      return try Removal.removeDirectory(directory)
    }
    if !force { try requireDeletable(record, context) }
    try remove(record, directory, context)
  }

  /// Deletes this very container, whatever its state, unless it is gone; another
  /// one that has got its ID since is left alone.
  static func delete(_ container: ContainerRecord, _ context: RuntimeContext) throws(RuntimeError) {
    let directory: StateDirectory
    do {
      directory = try StateStore(root: context.root).open(container.id)
    } catch  where error.kind == .notFound {
      return
    }
    try directory.lock(container.id)
    if try directory.isGone() { return }
    if try directory.isState(of: container) { try remove(container, directory, context) }
  }

  /// Removes a container that is locked, and runs its last hooks.
  private static func remove(
    _ record: ContainerRecord, _ directory: borrowing StateDirectory, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try Removal(record, context).run(directory)
    HookRunner(id: record.id, bundle: record.bundle, annotations: record.annotations)
      .runAll(record.configuration.poststop, .poststop, status: .stopped, pid: 0) {
        context.warn("\($0)")
      }
  }

  private static func requireDeletable(
    _ record: ContainerRecord, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let state = try ContainerStatus(record, context).state
    if state == .stopped || state == .created { return }
    throw RuntimeError(
      .wrongState, "cannot delete container \(record.id) that is not stopped: \(state.rawValue)")
  }

  /// Ends what holds the lock: a `create` under way, or a `start` that waits
  /// for the container.
  private static func endEverything(
    _ directory: borrowing StateDirectory
  ) throws(RuntimeError) {
    if try directory.tryLock() { return }
    guard let record = try directory.read() else { return }
    if let creator = try record.creator?.open() {
      try end(creator.value)
      _ = try creator.value.waitUntilReadable(until: patience)
    }
    if let process = try record.initProcess?.open() { try end(process.value) }
  }

  private static func end(_ process: borrowing Descriptor) throws(RuntimeError) {
    do {
      try Processes.signal(process, SIGKILL)
    } catch  where error.errno == ESRCH {
      // It has ended by itself.
    }
  }
}
