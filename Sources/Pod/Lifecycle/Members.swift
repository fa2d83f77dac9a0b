// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel

/// The containers of a pod, whoever created them.
package enum Members {
  /// The containers of a pod, in the order in which they were created: those
  /// that have an entry in it, and say themselves that they are its own.
  package static func all(of pod: PodHandle) throws(RuntimeError) -> [ContainerStatus] {
    var members: [ContainerStatus] = []
    for id in try ids(of: pod) {
      do {
        let status = try ContainerStatus.load(id, pod.context)
        if status.record.pod == pod.id { members.append(status) }
      } catch  where error.kind == .notFound {
        // It has been deleted since the listing, or was never there.
      } catch {
        // One that cannot be read must not keep the others from being handled.
        pod.context.warn("\(error)")
      }
    }
    return members.sorted { $0.record.created < $1.record.created }
  }

  private static func ids(of pod: PodHandle) throws(RuntimeError) -> [String] {
    do {
      return try pod.directory.memberIDs()
    } catch {
      throw error.adding("list the containers of pod \(pod.id)")
    }
  }

  /// Ends and deletes all containers of a pod.
  static func removeAll(of pod: PodHandle) throws(RuntimeError) {
    for member in try all(of: pod).reversed() {
      try Lifecycle.delete(member.record.id, force: true, pod.context)
    }
  }

  /// Removes the directories of containers of a pod whose `create` was killed
  /// before it had written that they are the pod's, or whose `delete` when
  /// nothing else was left.
  static func removeUnwritten(of pod: PodHandle) {
    do {
      let spec = try pod.writtenSpec()
      let listed = ((spec?.initContainers ?? []) + (spec?.containers ?? [])).map { $0.id }
      for id in try Set(ids(of: pod)).union(listed) { try removeUnwritten(id, pod.context) }
    } catch {
      // They are in the way of nothing: the next `create` removes them.
      pod.context.warn("\(error)")
    }
  }

  private static func removeUnwritten(_ id: String, _ context: RuntimeContext) throws(RuntimeError)
  {
    let directory: StateDirectory
    do {
      directory = try StateStore(root: context.root).open(id)
    } catch {
      if error.kind == .notFound { return }
      throw error
    }
    // Whoever holds the lock is alive and at work.
    if try !directory.tryLock() { return }
    if try directory.read() == nil { try directory.remove() }
  }
}
