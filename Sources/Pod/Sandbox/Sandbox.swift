// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import JSON
internal import Kernel

/// What the containers of a pod share: namespaces, cgroup, shared memory,
/// volumes.
package struct Sandbox {
  /// The pod's ID.
  package let id: String
  /// Where its parts are.
  package let paths: PodPaths
  /// What it was asked to be.
  package let spec: PodSpec
  /// What it is, as of when it was read.
  package let state: PodState
}

extension PodHandle {
  /// Makes a pod with everything that it holds, and no container yet.
  ///
  /// When something fails, nothing is left.
  static func make(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) -> PodHandle {
    if Processes.effectiveUser != 0 {
      throw RuntimeError(
        .failed, "pods need root: without it namespaces end with the command that made them")
    }
    let pod = try reserve(id, context)
    defer { FileLock.release(pod.directory.descriptor) }
    do {
      try pod.fill(document)
      return pod
    } catch {
      do {
        try pod.remove(keepingDirectory: false)
      } catch {
        context.warn("clean up pod \(id): \(error)")
      }
      throw error.adding("make the pod's sandbox")
    }
  }

  private func fill(_ document: PodDocument) throws(RuntimeError) {
    let spec = document.spec
    let created = Timestamp.now.precise
    let cgroup = try PodCgroup.plan(spec, id: id, context)?
      .look(for: CgroupHolder(directory: paths.directory, created: created))
    try begin(
      PodState(
        id: id, created: created, creator: .own, bundleBase: document.directory,
        namespaces: spec.linux.namespaces, cgroup: cgroup),
      document)
    for part in PodPart.all { try part.make(self, spec) }
    // Somebody may have announced its removal.
    try record { if $0.phase == .making { $0.phase = .filling } }
  }

  /// Removes everything that a pod has but its containers.
  ///
  /// It can be called again after it was cut short at any point.
  func remove(keepingDirectory: Bool) throws(RuntimeError) {
    do throws(RuntimeError) {
      try announceRemoval()
      for part in PodPart.all.reversed() {
        do {
          try part.undo(self)
        } catch {
          throw error.adding(part.name)
        }
      }
      try directory.remove(keepingDirectory: keepingDirectory)
      forget()
    } catch {
      throw error.adding("remove the pod's sandbox")
    }
  }
}
