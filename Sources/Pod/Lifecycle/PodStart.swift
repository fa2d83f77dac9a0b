// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel
internal import RuntimeSpec

extension PodLifecycle {
  /// Runs the init containers of a pod, one after the other, unless they have
  /// run, then starts its containers: those of the file in their order, then
  /// others that have joined it.
  package static func start(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try start(try PodHandle.open(id, context))
  }

  private static func start(_ pod: PodHandle) throws(RuntimeError) {
    let sandbox = try pod.sandbox()
    try beginStart(pod)
    // It may have been taken down meanwhile. A record that stays is without
    // effect once this command has ended.
    defer { try? pod.change { state throws(RuntimeError) in state.starter = nil } }
    let members = try Members.all(of: pod)
    let waiting = Set(members.filter { $0.state == .created }.map { $0.record.id })
    // An earlier start may have got that far since the pod was opened.
    let initContainers = pod.state?.isInitialized == true ? [] : sandbox.spec.initContainers
    if waiting.isEmpty, initContainers.isEmpty {
      if members.isEmpty, sandbox.spec.initContainers.isEmpty { return }
      throw RuntimeError(.wrongState, "pod \(pod.id) has no container to start")
    }
    for container in initContainers {
      try requireUnstopped(pod)
      try InitContainer(container, in: pod)
        .run(try PodBundles.kept(container, in: sandbox, pod.context))
    }
    try requireUnstopped(pod)
    try pod.change { state throws(RuntimeError) in state.isInitialized = true }
    try start(waiting, of: members, inOrderOf: sandbox.spec, pod)
  }

  private static func start(
    _ waiting: Set<String>, of members: [ContainerStatus], inOrderOf spec: PodSpec, _ pod: PodHandle
  ) throws(RuntimeError) {
    for member in try order(members, as: spec) where waiting.contains(member.record.id) {
      try requireUnstopped(pod)
      do {
        try Lifecycle.start(member.record.id, pod.context)
      } catch {
        throw error.adding("start \(member.record.id)")
      }
    }
  }

  /// The containers of a pod in the order in which they are started: those of
  /// the file, then the others as they were created.
  static func order(
    _ members: [ContainerStatus], as spec: PodSpec
  ) throws(RuntimeError) -> [ContainerStatus] {
    let listed = try PodBundles.ordered(spec).map { $0.id }
    return listed.compactMap { id in members.first { $0.record.id == id } }
      + members.filter { !listed.contains($0.record.id) }
  }

  /// Records that this command starts the pod, which one at a time can.
  private static func beginStart(_ pod: PodHandle) throws(RuntimeError) {
    try pod.change { state throws(RuntimeError) in
      if let starter = state.starter, starter.isAlive, starter != .own {
        throw RuntimeError(.wrongState, "pod \(pod.id) is being started by another command")
      }
      state.starter = .own
      state.isStopping = false
    }
  }

  /// Fails when the pod is to stop, or is no more.
  static func requireUnstopped(_ pod: PodHandle) throws(RuntimeError) {
    let state = try pod.refresh()
    if state.phase == .removing {
      throw RuntimeError(.wrongState, "pod \(pod.id) is being removed")
    }
    if state.isStopping {
      throw RuntimeError(.wrongState, "pod \(pod.id) has been stopped meanwhile")
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
    let pod = try make(id, document, context)
    do {
      try start(pod)
    } catch {
      undo(pod)
      throw error
    }
  }
}
