// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Glibc
package import Kernel

extension PodLifecycle {
  /// Sends a signal to the first process of each container that has one.
  package static func kill(
    _ id: String, _ signal: Int32, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let pod = try PodHandle.open(id, context)
    var reached = false
    for member in try Members.all(of: pod) where member.pid != 0 {
      if try send(signal, to: member, context) { reached = true }
    }
    if !reached { throw RuntimeError(.wrongState, "pod \(id) has no running container") }
  }

  /// Sends a signal to a container's first process, or SIGKILL to all of it.
  ///
  /// - Returns: false when it has ended since it was listed.
  @discardableResult
  static func send(
    _ signal: Int32, to member: ContainerStatus, _ context: RuntimeContext
  ) throws(RuntimeError) -> Bool {
    do {
      try Lifecycle.kill(member.record.id, signal, all: signal == SIGKILL, context)
      return true
    } catch  where error.kind == .wrongState || error.kind == .notFound {
      return false
    }
  }
}
