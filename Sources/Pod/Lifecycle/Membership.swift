// SPDX-License-Identifier: Apache-2.0

package import Container
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// A container's entrance into a pod, which keeps the pod from being removed
/// until the container is there.
package final class Membership {
  private let pod: PodHandle

  /// Enters the pod that the options name, or else the bundle's annotation.
  ///
  /// - Returns: nil when none is named, and nothing was changed.
  package static func enter(
    _ bundle: inout Bundle, _ options: inout CreateOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> Membership? {
    guard let name = options.pod ?? bundle.spec.annotations[Sandbox.annotation] else {
      return nil
    }
    try checkAnnotation(of: bundle, name)
    return try Membership(try PodHandle.open(name, context), &bundle, &options)
  }

  /// Enters a pod: changes the bundle's configuration so that the container is
  /// one of the pod's.
  ///
  /// The container has to be created before the membership is given up.
  ///
  /// - Throws: `RuntimeError` naming what is in the way.
  private init(
    _ pod: PodHandle, _ bundle: inout Bundle, _ options: inout CreateOptions
  ) throws(RuntimeError) {
    self.pod = pod
    do {
      try FileLock.share(pod.directory.descriptor)
    } catch {
      throw RuntimeError(error, "pod \(pod.id)")
    }
    // While this waited for the lock, the pod may have been removed.
    if pod.directory.isGone() { throw pod.notFound }
    if pod.state != nil { _ = try pod.refresh() }
    try pod.sandbox().adopt(&bundle.spec, id: options.id)
    options.pod = pod.id
  }

  deinit {
    // The container's first process still has a copy of the descriptor.
    FileLock.release(pod.directory.descriptor)
  }

  private static func checkAnnotation(
    of bundle: Bundle, _ pod: String
  ) throws(RuntimeError) {
    guard let annotation = bundle.spec.annotations[Sandbox.annotation], annotation != pod else {
      return
    }
    throw RuntimeError(
      DocumentPath.root["annotations"][Sandbox.annotation].error(
        "the bundle asks for pod \(annotation.quoted), and is to join \(pod)"))
  }

  /// Creates a container in a pod, and in no later one of the same ID.
  ///
  /// - Returns: the ID of its first process, which is a child of the caller.
  static func create(
    _ bundle: Bundle, _ options: CreateOptions, in pod: PodHandle
  ) throws(RuntimeError) -> Int32 {
    try checkAnnotation(of: bundle, pod.id)
    var (bundle, options) = (bundle, options)
    let membership = try Membership(pod, &bundle, &options)
    return try withExtendedLifetime(membership) { () throws(RuntimeError) in
      try Lifecycle.create(bundle, options, pod.context)
    }
  }
}
