// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Glibc
internal import JSON
package import Kernel

/// A pod that a command is at work on, opened once: its directory with the
/// lock, its document, and its state as it was last read.
///
/// It stands for the very pod that was opened: whatever asks for one that has
/// been removed, or removed and made again, fails with `notFound`.
package final class PodHandle {
  /// The pod's ID.
  package let id: String
  /// Where its parts are.
  package let paths: PodPaths
  /// What holds for the command.
  let context: RuntimeContext
  /// The files that tell of it.
  let directory: PodDirectory
  /// What it is, as it was last read or written; nil when the command that
  /// makes it was killed before it had written anything.
  package private(set) var state: PodState?
  private var document: PodSpec?

  private init(
    _ directory: consuming PodDirectory, state: PodState?, _ context: RuntimeContext
  ) {
    id = directory.id
    paths = directory.paths
    self.directory = directory
    self.state = state
    self.context = context
  }

  /// Opens a pod that is there, in whatever state it is.
  ///
  /// - Throws: `RuntimeError`; `notFound` when there is none.
  package static func open(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> PodHandle {
    let directory = try PodDirectory.open(id, root: context.root)
    let state = try directory.readState()
    let pod = PodHandle(directory, state: state, context)
    if let state, state.version < PodState.currentVersion { try pod.upgrade() }
    return pod
  }

  /// Makes and locks the directory of a new pod, which is empty then.
  ///
  /// Leftovers of a command that was killed are removed first.
  ///
  /// - Throws: `RuntimeError`; `alreadyExists` when the ID is taken.
  static func reserve(_ id: String, _ context: RuntimeContext) throws(RuntimeError) -> PodHandle {
    while true {
      let directory = try PodDirectory.make(id, root: context.root, rootMode: context.rootMode)
      let isFree: Bool
      do {
        isFree = try FileLock.takeIfFree(directory.descriptor)
      } catch {
        throw error.adding("lock the pod's directory")
      }
      if !isFree { throw taken(id) }
      // Between the two calls a `pod delete` may have removed it.
      if directory.isGone() { continue }
      // What is mounted on it is detached before its files go, and made after
      // the first of them.
      if try directory.hasNoFile() { return PodHandle(directory, state: nil, context) }
      let state = try directory.readState()
      if state?.isAlive == true { throw taken(id) }
      let pod = PodHandle(directory, state: state, context)
      if let state, state.version < PodState.currentVersion { try pod.upgrade() }
      try Members.removeAll(of: pod)
      Members.removeUnwritten(of: pod)
      try pod.remove(keepingDirectory: true)
      return pod
    }
  }

  private static func taken(_ id: String) -> RuntimeError {
    RuntimeError(.alreadyExists, "pod \(id) already exists")
  }

  /// What is said when the pod is not there any more.
  var notFound: RuntimeError { PodDirectory.notFound(id) }
}

// MARK: - State

extension PodHandle {
  /// Writes the first state of a new pod, and keeps its document.
  func begin(_ state: PodState, _ document: PodDocument) throws(RuntimeError) {
    try directory.prepare()
    try directory.replaceState(state)
    self.state = state
    try directory.writeSpec(document.bytes)
    self.document = document.spec
  }

  /// Records what the making of the pod has come to, beside what others record
  /// meanwhile.
  func record(_ change: (inout PodState) -> Void) throws(RuntimeError) {
    let lock = try directory.lockState()
    defer { withExtendedLifetime(lock) {} }
    // One that cannot be read any more becomes what it was.
    guard var now = (try? directory.readState()) ?? state else { return }
    change(&now)
    try directory.replaceState(now)
    state = now
  }

  /// Lets go of what was read: it is removed.
  func forget() {
    state = nil
    document = nil
  }

  /// Reads the state again.
  ///
  /// - Throws: `RuntimeError`; `notFound` when this pod is no more.
  func refresh() throws(RuntimeError) -> PodState {
    guard let now = try directory.readState(), now.instance == state?.instance else {
      throw notFound
    }
    state = now
    return now
  }

  /// Changes the state; nobody else changes it meanwhile.
  ///
  /// - Throws: `RuntimeError`; `notFound` when this pod is no more.
  func edit(_ change: (inout PodState) throws(RuntimeError) -> Void) throws(RuntimeError) {
    do throws(RuntimeError) {
      let lock = try directory.lockState()
      defer { withExtendedLifetime(lock) {} }
      guard lock != nil else { throw notFound }
      var state = try refresh()
      try change(&state)
      try directory.replaceState(state)
      self.state = state
    } catch {
      throw error.addingIfBare("pod \(id)")
    }
  }

  /// Changes the state of a pod that nobody is removing.
  func change(_ edit: (inout PodState) throws(RuntimeError) -> Void) throws(RuntimeError) {
    try self.edit { state throws(RuntimeError) in
      if state.phase == .removing {
        throw RuntimeError(.wrongState, "pod \(self.id) is being removed")
      }
      try edit(&state)
    }
  }

  /// From here on nothing can join the pod, even if this command is killed.
  func announceRemoval() throws(RuntimeError) {
    // Nothing was written yet.
    if state == nil { return }
    try edit { state throws(RuntimeError) in state.phase = .removing }
  }

  /// Makes a pod of an older build one of this: its containers, which were found
  /// by their own records, get their entries.
  private func upgrade() throws(RuntimeError) {
    do {
      try directory.descriptor.setPermissions(0o700)
      try directory.prepare()
    } catch {
      throw error.adding("pod \(id)")
    }
    for container in try Lifecycle.list(annotations: false, context) where container.pod == id {
      do {
        try PodEntry(of: container.id, in: id, root: context.root).make()
      } catch {
        throw error.adding("pod \(id)")
      }
    }
    try edit { state throws(RuntimeError) in state.version = PodState.currentVersion }
  }
}

// MARK: - What containers join

extension PodHandle {
  /// What the pod was asked to be; nil when that was not written yet.
  package func writtenSpec() throws(RuntimeError) -> PodSpec? {
    if let document { return document }
    document = try directory.readSpec()
    return document
  }

  /// The pod as one that containers can join, as of when it was last read.
  ///
  /// - Throws: `RuntimeError`; `wrongState` when it is not made yet, or being
  ///   removed.
  package func sandbox() throws(RuntimeError) -> Sandbox {
    // Whoever made it is dead, and the next `pod create` of the ID removes it.
    guard let state, state.isAlive || state.phase == .removing else { throw incomplete }
    switch state.phase {
    case .making: throw RuntimeError(.wrongState, "pod \(id) is being made")
    case .removing: throw RuntimeError(.wrongState, "pod \(id) is being removed")
    case .filling, .ready: break
    }
    guard let spec = try writtenSpec() else { throw incomplete }
    return Sandbox(id: id, paths: paths, spec: spec, state: state)
  }

  /// Who keeps the cgroups of the pod's containers; nil where the pod has none,
  /// and the command decides.
  ///
  /// - Throws: `RuntimeError` when the command asks for another than the pod's.
  func cgroupManager() throws(RuntimeError) -> RuntimeContext.CgroupManager? {
    guard let cgroup = state?.cgroup, context.cgroupManager != .disabled else { return nil }
    if cgroup.unit != nil { return .systemd }
    if context.cgroupManager == .systemd {
      throw RuntimeError(
        .wrongState,
        "the cgroup of pod \(id) was not made by systemd, and so its containers' are not either: "
          + "leave --systemd-cgroup out")
    }
    return .filesystem
  }

  private var incomplete: RuntimeError {
    RuntimeError(.wrongState, "pod \(id) is incomplete: delete it with --force")
  }

  /// Keeps the configuration of an init container for when it is run.
  func keepConfiguration(_ bytes: [UInt8], of id: String) throws(RuntimeError) {
    do {
      try File.replace(paths.configuration(of: id), with: bytes)
    } catch {
      throw error.adding("keep the configuration of \(id)")
    }
  }
}
