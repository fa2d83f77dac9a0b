// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// An init container of a pod, as `pod start` runs it: created, waited for and
/// deleted.
struct InitContainer {
  private let container: PodContainer
  private let pod: PodHandle

  init(_ container: PodContainer, in pod: PodHandle) {
    self.container = container
    self.pod = pod
  }

  /// Runs it to its end.
  ///
  /// - Throws: `RuntimeError`, also when it failed.
  func run(_ bundle: Bundle) throws(RuntimeError) {
    try removeLeftover()
    let status: ExitStatus
    do {
      let pid = try Membership.create(bundle, CreateOptions(id: container.id), in: pod)
      // A child of ours that nobody has waited for: the ID is still its own.
      let process = try Processes.open(pid: pid)
      try Lifecycle.start(container.id, pod.context)
      status = try Processes.wait(process)
    } catch {
      // The first error is the one to report.
      try? removeLeftover()
      throw error.adding("init container \(container.id)")
    }
    try removeLeftover()
    if status.code != 0 {
      try PodLifecycle.requireUnstopped(pod)
      throw RuntimeError(
        .failed, "init container \(container.id) failed with exit status \(status.code)")
    }
  }

  /// Deletes it, which may be one of an earlier start that was killed.
  private func removeLeftover() throws(RuntimeError) {
    do {
      if try ContainerStatus.load(container.id, pod.context).record.pod != pod.id { return }
    } catch  where error.kind == .notFound {
      return
    }
    try Lifecycle.delete(container.id, force: true, pod.context)
  }
}
