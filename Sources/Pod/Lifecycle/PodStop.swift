// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Glibc
package import Kernel
internal import RuntimeSpec

extension PodLifecycle {
  /// Stops the containers of a pod, the one started last first: each gets its
  /// signal and some time, then it is killed.
  ///
  /// `timeout` in seconds is for containers instead of what the file says.
  package static func stop(
    _ id: String, timeout: UInt32? = nil, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let pod = try PodHandle.open(id, context)
    let spec = try pod.sandbox().spec
    // A supervisor starts nothing again from here on.
    try pod.change { state throws(RuntimeError) in state.isStopping = true }
    for member in try order(try Members.all(of: pod), as: spec).reversed() {
      do {
        try stop(member, spec.container(member.record.id), timeout, context)
      } catch {
        throw error.adding("stop \(member.record.id)")
      }
    }
  }

  private static func stop(
    _ member: ContainerStatus, _ container: PodContainer?, _ timeout: UInt32?,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    guard let process = try member.record.initProcess?.open() else { return }
    let container = container ?? PodContainer(id: member.record.id, bundle: "")
    // One that was never started does not take signals as its program would.
    if member.state != .created {
      try send(container.stopSignal, to: member, context)
      let seconds = UInt64(timeout ?? container.stopTimeout)
      let deadline = Deadline.after(milliseconds: seconds * 1000)
      if try member.record.waitForEnd(of: process.value, until: deadline, context) { return }
    }
    try send(SIGKILL, to: member, context)
    if try !member.record.waitForEnd(of: process.value, until: Lifecycle.patience, context) {
      throw RuntimeError(.failed, "it does not end")
    }
  }
}
