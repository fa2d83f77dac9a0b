// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Kernel
internal import RuntimeSpec

extension PodLifecycle {
  /// Runs the init containers of a pod, one after the other, unless they have
  /// run, then starts its containers: those of the file in their order, then
  /// others that have joined it.
  package static func start(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let sandbox = try Sandbox.open(id, context)
    try beginStart(sandbox, context)
    do {
      try startAll(in: sandbox, context)
    } catch {
      endStart(sandbox, context)
      throw error
    }
    endStart(sandbox, context)
  }

  private static func startAll(
    in sandbox: Sandbox, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let id = sandbox.id
    let bundles = try PodBundles(sandbox.spec, directory: sandbox.state.bundleBase)
    // Read again: an earlier start may have ended since the pod was opened.
    let needsInit = try !Sandbox.open(id, context).state.isInitialized
    let initContainers = needsInit ? sandbox.spec.initContainers : []
    let members = try Members.all(of: id, context)
    let waiting = Set(members.filter { $0.state == .created }.map(\.record.id))
    if waiting.isEmpty, initContainers.isEmpty {
      if members.isEmpty, sandbox.spec.initContainers.isEmpty { return }
      throw RuntimeError(.wrongState, "pod \(id) has no container to start")
    }
    for container in initContainers {
      try requireUnstopped(sandbox, context)
      try runToEnd(container, try bundles.bundle(of: container), in: sandbox, context)
    }
    try requireUnstopped(sandbox, context)
    try change(id, sandbox.state.instance, context) { state throws(RuntimeError) in
      state.isInitialized = true
    }
    let listed = try bundles.ordered().map(\.id)
    let others = members.map(\.record.id).filter { !listed.contains($0) }
    for member in listed + others where waiting.contains(member) {
      try requireUnstopped(sandbox, context)
      do {
        try Lifecycle.start(member, context)
      } catch {
        throw error.adding("start \(member)")
      }
    }
  }

  /// Records that this command starts the pod, which one at a time can.
  static func beginStart(
    _ sandbox: Sandbox, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try change(sandbox.id, sandbox.state.instance, context) { state throws(RuntimeError) in
      if let starter = state.starter, starter.isAlive, starter != .own {
        throw RuntimeError(
          .wrongState, "pod \(sandbox.id) is being started by another command")
      }
      state.starter = .own
      state.isStopping = false
    }
  }

  private static func endStart(_ sandbox: Sandbox, _ context: RuntimeContext) {
    // The pod may have been removed meanwhile. A record that stays is without
    // effect once this command has ended.
    try? change(sandbox.id, sandbox.state.instance, context) { state throws(RuntimeError) in
      state.starter = nil
    }
  }

  private static func requireUnstopped(
    _ sandbox: Sandbox, _ context: RuntimeContext
  ) throws(RuntimeError) {
    if try Sandbox.open(sandbox.id, context).state.isStopping {
      throw RuntimeError(.wrongState, "pod \(sandbox.id) has been stopped meanwhile")
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
    try removeLeftover(container.id, of: pod.id, context)
    let status: ExitStatus
    do {
      let pid = try Membership.create(
        bundle, CreateOptions(id: container.id), in: pod.id, instance: pod.state.instance, context)
      // A child of ours that nobody has waited for: the ID is still its own.
      let process = try Processes.open(pid: pid)
      try Lifecycle.start(container.id, context)
      status = try Processes.wait(process)
    } catch {
      // The first error is the one to report.
      try? removeLeftover(container.id, of: pod.id, context)
      throw RuntimeError(error, "init container \(container.id)")
    }
    try removeLeftover(container.id, of: pod.id, context)
    if status.code != 0 {
      try requireUnstopped(pod, context)
      throw RuntimeError(
        .failed, "init container \(container.id) failed with exit status \(status.code)")
    }
  }

  /// Deletes an init container of a pod, which may be one of an earlier start
  /// that was killed.
  private static func removeLeftover(
    _ id: String, of pod: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      if try ContainerStatus.load(id, context).record.pod != pod { return }
    } catch  where error.kind == .notFound {
      return
    }
    try Lifecycle.delete(id, force: true, context)
  }
}
