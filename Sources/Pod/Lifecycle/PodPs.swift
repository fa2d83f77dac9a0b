// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel

extension PodLifecycle {
  /// The processes of one of a pod's containers.
  package struct MemberProcesses {
    /// The container's ID.
    package let id: String
    /// The IDs of its processes.
    package let processes: [Int32]
  }

  /// The processes of each container of a pod, the oldest container first.
  package static func processes(
    of id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> [MemberProcesses] {
    var found: [MemberProcesses] = []
    for member in try Members.all(of: try PodHandle.open(id, context)) {
      do {
        let processes = try Lifecycle.processes(of: member, context)
        found.append(MemberProcesses(id: member.record.id, processes: processes))
      } catch {
        throw error.adding("container \(member.record.id)")
      }
    }
    return found
  }
}
