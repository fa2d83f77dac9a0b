// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Executes the program of a created container, and returns once it has been
  /// executed.
  ///
  /// When it cannot be, the error says why and the container is stopped; when one
  /// of its hooks fails, it is destroyed.
  package static func start(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    let directory = try StateStore(root: context.root).open(id)
    try directory.lock(id)
    let status = try ContainerStatus(directory, id, context)
    guard status.state == .created else { throw refusal(of: status.state) }
    // Refused before the container hears of it: an error changes nothing
    // (runtime.md, start).
    if !status.record.configuration.hasProcess { throw ProgramStart.noProcess }
    guard let channel = try StartGate.connect(directory.descriptor) else {
      throw RuntimeError(.wrongState, "cannot start a container that no longer waits for it")
    }
    let started = StartedContainer(status.record, context)
    do {
      try started.execute(channel)
    } catch {
      directory.unlock()
      if error.kind == .hookFailed { started.destroy() }
      throw error
    }
    do {
      try StartGate.remove(from: directory.descriptor)
    } catch {
      throw error.adding("remove the start gate")
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
}
