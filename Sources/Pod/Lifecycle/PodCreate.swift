// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel

extension PodLifecycle {
  /// Makes a pod and creates the containers of its file.
  ///
  /// Init containers are only looked at: they are created when they are run.
  /// When something fails, nothing is left.
  package static func create(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) {
    _ = try make(id, document, context)
  }

  /// Makes a pod and creates the containers of its file.
  static func make(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) -> PodHandle {
    let found = try PodBundles(document, context)
    let pod = try PodHandle.make(id, document, context)
    do throws(RuntimeError) {
      let bundles = try found.adopted(by: try pod.sandbox())
      try bundles.keepInitContainers(in: pod)
      for container in bundles.ordered {
        do {
          _ = try Membership.create(
            try bundles.bundle(of: container), CreateOptions(id: container.id), in: pod)
        } catch {
          throw error.adding("container \(container.id)")
        }
      }
      try finish(pod)
    } catch {
      undo(pod)
      throw error
    }
    return pod
  }

  /// Records that everything of the file is there; with `starting` also that
  /// this command starts it.
  static func finish(_ pod: PodHandle, starting: Bool = false) throws(RuntimeError) {
    try pod.change { state throws(RuntimeError) in
      state.phase = .ready
      if starting { state.starter = .own }
    }
  }

  /// Removes a pod whose making failed, which is already reported.
  static func undo(_ pod: PodHandle) {
    do {
      try delete(pod)
    } catch {
      pod.context.warn("clean up pod \(pod.id): \(error)")
    }
  }
}
