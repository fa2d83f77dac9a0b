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
    _ = try make(id, document, context)
  }

  /// Makes a pod and creates the containers of its file.
  ///
  /// - Returns: what tells it from a later pod of the same ID.
  static func make(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) -> String {
    let bundles = try PodBundles(document.spec, directory: document.directory)
    let sandbox = try Sandbox.make(id, document, context)
    let instance = sandbox.state.instance
    do {
      for container in try bundles.ordered() {
        try create(container, try bundles.bundle(of: container), in: sandbox, context)
      }
      try finish(id, instance, context)
    } catch {
      undo(id, instance, context)
      throw error
    }
    return instance
  }

  private static func create(
    _ container: PodContainer, _ bundle: Bundle, in pod: Sandbox, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      _ = try Membership.create(
        bundle, CreateOptions(id: container.id), in: pod.id, instance: pod.state.instance,
        context)
    } catch {
      throw error.adding("container \(container.id)")
    }
  }

  /// Removes a pod whose making failed, which is already reported.
  static func undo(_ id: String, _ instance: String, _ context: RuntimeContext) {
    do {
      try delete(id, instance, context)
    } catch {
      context.warn("clean up pod \(id): \(error)")
    }
  }

  /// Records that everything of the file is there; with `starting` also that
  /// this command starts it.
  static func finish(
    _ id: String, _ instance: String, starting: Bool = false, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try change(id, instance, context) { state throws(RuntimeError) in
      state.phase = .ready
      if starting { state.starter = .own }
    }
  }

  /// Changes the state of a pod, and of no later one of the same ID.
  static func change(
    _ id: String, _ instance: String, _ context: RuntimeContext,
    _ edit: (inout PodState) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    try PodDirectory.open(id, root: context.root).edit { state throws(RuntimeError) in
      try require(instance, state, id)
      if state.phase == .removing {
        throw RuntimeError(.wrongState, "pod \(id) is being removed")
      }
      try edit(&state)
    }
  }

  private static func require(
    _ instance: String?, _ state: PodState?, _ id: String
  ) throws(RuntimeError) {
    if state?.instance != instance { throw RuntimeError(.notFound, "pod \(id) does not exist") }
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
      let directory = try PodDirectory.open(id, root: context.root)
      try delete(directory, try directory.readState()?.instance, force: force, context)
    } catch  where force && error.kind == .notFound {
      // That is what was wanted.
    }
  }

  /// Removes a pod, and no later one of the same ID, killing its containers.
  static func delete(
    _ id: String, _ instance: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      let directory = try PodDirectory.open(id, root: context.root)
      try delete(directory, instance, force: true, context)
    } catch  where error.kind == .notFound {
      // That is what was wanted.
    }
  }

  private static func delete(
    _ directory: borrowing PodDirectory, _ instance: String?, force: Bool,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    let id = directory.id
    // A supervisor takes the ends of its containers for what they are.
    if force { try announceRemoval(directory, instance) }
    if !force { try requireDeletable(directory, context) }
    do {
      if force, try !FileLock.takeIfFree(directory.descriptor) {
        // Whoever creates a container in the pod holds the lock; ending what is
        // there, `create` commands under way included, has them let go of it.
        try Members.removeAll(of: id, context)
      }
      try FileLock.take(directory.descriptor, wait: force)
    } catch let error as SystemError where error.errno == EWOULDBLOCK {
      throw RuntimeError(.wrongState, "pod \(id) is being changed by another command")
    } catch {
      throw RuntimeError(error)
    }
    defer { FileLock.release(directory.descriptor) }
    // Another command was quicker, and the directory may be a newer pod's.
    if directory.isGone() { throw RuntimeError(.notFound, "pod \(id) does not exist") }
    try require(instance, try directory.readState(), id)
    if !force { try requireDeletable(directory, context) }
    try announceRemoval(directory, instance)
    try Members.removeAll(of: id, context)
    Members.removeUnwritten(of: directory, context)
    try Sandbox.remove(directory, context)
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
    _ directory: borrowing PodDirectory, _ instance: String?
  ) throws(RuntimeError) {
    // Nothing was written yet.
    guard let instance else { return }
    let id = directory.id
    try directory.edit { state throws(RuntimeError) in
      try require(instance, state, id)
      state.phase = .removing
    }
  }
}
