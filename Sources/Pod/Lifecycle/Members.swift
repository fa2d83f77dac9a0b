// SPDX-License-Identifier: Apache-2.0

package import Container
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The containers of a pod, whoever created them.
package enum Members {
  /// The containers that say that they belong to a pod, in the order in which
  /// they were created.
  package static func all(
    of pod: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> [ContainerStatus] {
    var members: [ContainerStatus] = []
    for id in try StateStore(root: context.root).identifiers() {
      do {
        let status = try ContainerStatus.load(id, context)
        if status.record.pod == pod { members.append(status) }
      } catch  where error.kind == .notFound {
        // It has been deleted since the listing.
      } catch {
        // One that cannot be read must not keep all pods from being handled.
        context.warn("\(error)")
      }
    }
    return members.sorted { $0.record.created < $1.record.created }
  }

  /// Ends and deletes all containers of a pod.
  static func removeAll(
    of pod: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    for member in try all(of: pod, context).reversed() {
      try Lifecycle.delete(member.record.id, force: true, context)
    }
  }
}

extension Members {
  /// Removes the directories of containers of a pod whose `create` was killed
  /// before it had written that they are the pod's.
  static func removeUnwritten(
    of directory: borrowing PodDirectory, _ context: RuntimeContext
  ) {
    do {
      guard let spec = try directory.readSpecIfWritten() else { return }
      for container in spec.initContainers + spec.containers {
        try removeUnwritten(container.id, context)
      }
    } catch {
      // They are in the way of nothing: the next `create` removes them.
      context.warn("\(error)")
    }
  }

  private static func removeUnwritten(_ id: String, _ context: RuntimeContext) throws {
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

/// A container's entrance into a pod, which keeps the pod from being removed
/// until the container is there.
package final class Membership {
  private let directory: PodDirectory

  /// Enters the pod that the options name, or else the bundle's annotation.
  ///
  /// - Returns: nil when none is named, and nothing was changed.
  package static func enter(
    _ bundle: inout Bundle, _ options: inout CreateOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> Membership? {
    guard let pod = options.pod ?? bundle.spec.annotations[Sandbox.annotation] else {
      return nil
    }
    options.pod = pod
    return try Membership(of: options.id, in: pod, &bundle, context)
  }

  /// Enters a pod: changes the bundle's configuration so that the container is
  /// one of the pod's.
  ///
  /// The container has to be created before the membership is given up; the
  /// options have to name the pod, and an annotation of the bundle no other.
  ///
  /// - Throws: `RuntimeError` naming what is in the way.
  package convenience init(
    of id: String, in pod: String, _ bundle: inout Bundle, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try self.init(of: id, in: pod, instance: nil, &bundle, context)
  }

  private init(
    of id: String, in pod: String, instance: String?, _ bundle: inout Bundle,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    if let annotation = bundle.spec.annotations[Sandbox.annotation], annotation != pod {
      throw RuntimeError(
        DocumentPath.root["annotations"][Sandbox.annotation].error(
          "the bundle asks for pod \(annotation.quoted), and is to join \(pod)"))
    }
    directory = try PodDirectory.open(pod, root: context.root)
    do {
      try FileLock.share(directory.descriptor)
    } catch {
      throw RuntimeError(error, "pod \(pod)")
    }
    if directory.isGone() { throw RuntimeError(.notFound, "pod \(pod) does not exist") }
    let sandbox = try Sandbox.open(directory)
    if let instance, sandbox.state.instance != instance {
      throw RuntimeError(.notFound, "pod \(pod) has been removed, and made again")
    }
    try sandbox.adopt(&bundle.spec, id: id)
  }

  deinit {
    // The container's first process still has a copy of the descriptor.
    FileLock.release(directory.descriptor)
  }

  /// Creates a container in a pod, and in no later one of the same ID.
  ///
  /// - Returns: the ID of its first process, which is a child of the caller.
  static func create(
    _ bundle: Bundle, _ options: CreateOptions, in pod: String, instance: String,
    _ context: RuntimeContext
  ) throws(RuntimeError) -> Int32 {
    var bundle = bundle
    var options = options
    options.pod = pod
    let membership = try Membership(
      of: options.id, in: pod, instance: instance, &bundle, context)
    return try withExtendedLifetime(membership) { () throws(RuntimeError) in
      try Lifecycle.create(bundle, options, context)
    }
  }
}
