// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Kernel

extension Lifecycle {
  /// The IDs of a container's processes in the caller's PID namespace, those of
  /// one that has stopped included; none when nothing is left of it.
  ///
  /// - Throws: `RuntimeError` also for a container that has nothing by which they
  ///   can be told from others.
  package static func processes(
    of id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> [Int32] {
    try processes(of: try ContainerStatus.load(id, context), context)
  }

  /// The IDs of the processes of a container that has been looked at.
  package static func processes(
    of status: ContainerStatus, _ context: RuntimeContext
  ) throws(RuntimeError) -> [Int32] {
    if let recorded = status.record.cgroup {
      guard let cgroup = try recorded.open(context) else { return [] }
      return try cgroup.value.processes()
    }
    if status.pid == 0 { return [] }
    guard status.record.namespaces.made.contains(.pid) else {
      throw RuntimeError(
        .failed,
        "its processes cannot be told from others: it has neither a cgroup nor a PID namespace of "
          + "its own")
    }
    do {
      return try NamespaceProcesses.list(around: status.pid)
    } catch {
      // Its namespace has ended with its first process, and all that was in it.
      if status.record.isEnding { return [] }
      throw error.adding("look for its processes")
    }
  }
}
