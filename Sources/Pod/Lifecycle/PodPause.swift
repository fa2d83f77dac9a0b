// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel
internal import RuntimeSpec

extension PodLifecycle {
  /// Pauses the containers of a pod that run.
  ///
  /// Each is paused by itself, and not the pod's cgroup around them: every
  /// container then says of itself that it is paused, and one that joins can be
  /// created.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when none runs.
  package static func pause(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    let reached = try each(of: id, in: [.running, .paused], context) { id throws(RuntimeError) in
      try Lifecycle.pause(id, context)
    }
    if !reached { throw RuntimeError(.wrongState, "pod \(id) has no running container") }
  }

  /// Lets the paused containers of a pod go on.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when none is paused.
  package static func resume(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    let reached = try each(of: id, in: [.paused], context) { id throws(RuntimeError) in
      try Lifecycle.resume(id, context)
    }
    if !reached { throw RuntimeError(.wrongState, "pod \(id) has no paused container") }
  }

  /// Does something to the containers in some states, to all of them even when
  /// one fails.
  ///
  /// - Returns: false when there was none, or none was in its state any more.
  private static func each(
    of id: String, in states: [ContainerState], _ context: RuntimeContext,
    _ body: (String) throws(RuntimeError) -> Void
  ) throws(RuntimeError) -> Bool {
    var reached = false
    var failure: RuntimeError?
    for member in try Members.all(of: try PodHandle.open(id, context))
    where states.contains(member.state) {
      do {
        try body(member.record.id)
        reached = true
      } catch {
        if error.kind == .wrongState || error.kind == .notFound { continue }
        failure = failure ?? error.adding("container \(member.record.id)")
      }
    }
    if let failure { throw failure }
    return reached
  }
}
