// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What can be done to pods.
package enum PodLifecycle {
  /// Makes a pod and creates the containers of its file.
  ///
  /// Init containers are only looked at: they are created when they are run.
  /// When something fails, nothing is left.
  package static func create(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let bundles = try PodBundles(document.spec, directory: document.directory)
    _ = try Sandbox.make(id, document, context)
    do {
      for container in try bundles.ordered() {
        try create(container, try bundles.bundle(of: container), in: id, context)
      }
      try finish(id, context)
    } catch {
      undo(id, context)
      throw error
    }
  }

  private static func create(
    _ container: PodContainer, _ bundle: Bundle, in pod: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      _ = try Membership.create(bundle, CreateOptions(id: container.id), in: pod, context)
    } catch {
      throw error.adding("container \(container.id)")
    }
  }

  /// Removes a pod whose making failed, which is already reported.
  static func undo(_ id: String, _ context: RuntimeContext) {
    do {
      try delete(id, force: true, context)
    } catch {
      context.warn("clean up pod \(id): \(error)")
    }
  }

  /// Records that everything of the file is there.
  static func finish(_ id: String, _ context: RuntimeContext) throws(RuntimeError) {
    try change(id, context) { $0.phase = .ready }
  }

  /// Changes a pod's state.
  static func change(
    _ id: String, _ context: RuntimeContext, _ edit: (inout PodState) -> Void
  ) throws(RuntimeError) {
    try PodDirectory.open(id, root: context.root).edit { state throws(RuntimeError) in
      if state.phase == .removing {
        throw RuntimeError(.wrongState, "pod \(id) is being removed")
      }
      edit(&state)
    }
  }

  /// Sends a signal to the first process of each container that has one.
  package static func kill(
    _ id: String, _ signal: Int32, _ context: RuntimeContext
  ) throws(RuntimeError) {
    _ = try PodDirectory.open(id, root: context.root)
    var reached = false
    for member in try Members.all(of: id, context) where member.pid != 0 {
      do {
        try Lifecycle.kill(member.record.id, signal, all: signal == SIGKILL, context)
        reached = true
      } catch  where error.kind == .wrongState || error.kind == .notFound {
        // It has ended since it was listed.
      }
    }
    if !reached { throw RuntimeError(.wrongState, "pod \(id) has no running container") }
  }

  /// Removes a pod; with `force` its containers are killed first, and a pod
  /// that does not exist is no error.
  package static func delete(
    _ id: String, force: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      try delete(try PodDirectory.open(id, root: context.root), force: force, context)
    } catch  where force && error.kind == .notFound {
      // That is what was wanted.
    }
  }

  private static func delete(
    _ directory: borrowing PodDirectory, force: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let id = directory.id
    if force {
      // A supervisor takes the ends of its containers for what they are.
      try announceRemoval(directory)
      // Whoever creates a container in the pod holds the lock; ending what is
      // there, `create` commands under way included, has them let go of it.
      try Members.removeAll(of: id, context)
    }
    if !force { try requireDeletable(directory, context) }
    do {
      try FileLock.take(directory.descriptor, wait: force)
    } catch  where error.errno == EWOULDBLOCK {
      throw RuntimeError(.wrongState, "pod \(id) is being changed by another command")
    } catch {
      throw RuntimeError(error, "pod \(id)")
    }
    defer { FileLock.release(directory.descriptor) }
    // Another `pod delete` was quicker.
    if directory.isGone() { throw RuntimeError(.notFound, "pod \(id) does not exist") }
    if !force { try requireDeletable(directory, context) }
    try announceRemoval(directory)
    try Members.removeAll(of: id, context)
    try Sandbox.remove(directory)
  }

  private static func requireDeletable(
    _ directory: borrowing PodDirectory, _ context: RuntimeContext
  ) throws(RuntimeError) {
    if let state = try directory.readState(), state.phase != .ready, state.isAlive {
      throw RuntimeError(.wrongState, "cannot delete pod \(directory.id) that is being created")
    }
    for member in try Members.all(of: directory.id, context)
    where member.state != .stopped && member.state != .created {
      throw RuntimeError(
        .wrongState,
        "cannot delete pod \(directory.id): its container \(member.record.id) is"
          + " \(member.state.rawValue)")
    }
  }

  /// From here on nothing can join the pod, even if this command is killed.
  private static func announceRemoval(
    _ directory: borrowing PodDirectory
  ) throws(RuntimeError) {
    do {
      try directory.edit { $0.phase = .removing }
    } catch  where error.kind == .notFound {
      // Nothing was written yet.
    }
  }
}
