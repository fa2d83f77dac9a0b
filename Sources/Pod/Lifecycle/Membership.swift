// SPDX-License-Identifier: Apache-2.0

package import Container
internal import JSON
package import Kernel
internal import RuntimeSpec

/// A container's entrance into a pod, which keeps the pod from being removed
/// until the container is there.
package final class Membership {
  private let pod: PodHandle

  /// Enters the pod that the options name, or else the bundle's annotation.
  ///
  /// - Returns: the bundle as that of one of the pod's; the bundle itself, and no
  ///   membership, when no pod is named.
  package static func enter(
    _ bundle: Bundle, _ options: inout CreateOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> (Bundle, Membership?) {
    guard let name = options.pod ?? bundle.spec.annotations[Sandbox.annotation] else {
      return (bundle, nil)
    }
    let membership = try Membership(try PodHandle.open(name, context), &options)
    return (try membership.pod.sandbox().adopt(bundle, id: options.id), membership)
  }

  /// Enters a pod, in which the container has to be created before the
  /// membership is given up.
  private init(_ pod: PodHandle, _ options: inout CreateOptions) throws(RuntimeError) {
    self.pod = pod
    do {
      try FileLock.share(pod.directory.descriptor)
    } catch {
      throw error.adding("pod \(pod.id)")
    }
    // While this waited for the lock, the pod may have been removed.
    if pod.directory.isGone() { throw pod.notFound }
    if pod.state != nil { _ = try pod.refresh() }
    // Whether it can be joined at all.
    _ = try pod.sandbox()
    options.pod = pod.id
    options.cgroupManager = try pod.cgroupManager()
  }

  deinit {
    // The container's first process still has a copy of the descriptor.
    FileLock.release(pod.directory.descriptor)
  }

  /// Creates a container from a bundle that the pod has adopted, and in no later
  /// pod of the same ID.
  ///
  /// - Returns: the ID of its first process, which is a child of the caller.
  static func create(
    _ adopted: Bundle, _ options: CreateOptions, in pod: PodHandle
  ) throws(RuntimeError) -> Int32 {
    var options = options
    let membership = try Membership(pod, &options)
    return try withExtendedLifetime(membership) { () throws(RuntimeError) in
      try Lifecycle.create(adopted, options, pod.context)
    }
  }
}
