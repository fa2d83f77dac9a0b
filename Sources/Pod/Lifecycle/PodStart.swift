// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Kernel
internal import RuntimeSpec

extension PodLifecycle {
  /// Runs the init containers of a pod, one after the other, then starts its
  /// containers: those of the file in their order, then others that have
  /// joined it.
  package static func start(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let sandbox = try Sandbox.open(id, context)
    let members = try Members.all(of: id, context)
    let waiting = Set(members.filter { $0.state == .created }.map(\.record.id))
    if waiting.isEmpty {
      if members.isEmpty, sandbox.spec.initContainers.isEmpty { return }
      throw RuntimeError(.wrongState, "pod \(id) has no container to start")
    }
    let instance = sandbox.state.instance
    try change(id, instance, context) { state throws(RuntimeError) in state.isStopping = false }
    let bundles = try PodBundles(sandbox.spec, directory: sandbox.state.bundleBase)
    for container in sandbox.spec.initContainers {
      try runToEnd(container, try bundles.bundle(of: container), in: sandbox, context)
    }
    let listed = try bundles.ordered().map(\.id)
    let others = members.map(\.record.id).filter { !listed.contains($0) }
    for member in listed + others where waiting.contains(member) {
      do {
        try Lifecycle.start(member, context)
      } catch {
        throw error.adding("start \(member)")
      }
    }
  }

  /// Makes a pod and starts it, and leaves it alone.
  ///
  /// When something fails, nothing is left.
  package static func runDetached(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let all = document.spec.initContainers + document.spec.containers
    if all.contains(where: { $0.restartPolicy != .never }) {
      context.warn("restartPolicy: nobody starts containers of a detached pod again")
    }
    let instance = try make(id, document, context)
    do {
      try start(id, context)
    } catch {
      undo(id, instance, context)
      throw error
    }
  }

  /// Runs an init container and deletes it.
  private static func runToEnd(
    _ container: PodContainer, _ bundle: Bundle, in pod: Sandbox, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let status: ExitStatus
    do {
      let pid = try Membership.create(
        bundle, CreateOptions(id: container.id), in: pod.id, instance: pod.state.instance, context)
      // A child of ours that nobody has waited for: the ID is still its own.
      let process = try Processes.open(pid: pid)
      try Lifecycle.start(container.id, context)
      status = try Processes.wait(process)
    } catch {
      throw RuntimeError(error, "init container \(container.id)")
    }
    try Lifecycle.delete(container.id, force: true, context)
    if status.code != 0 {
      throw RuntimeError(
        .failed, "init container \(container.id) failed with exit status \(status.code)")
    }
  }
}
