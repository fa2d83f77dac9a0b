// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Container
internal import Glibc
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
  /// What it is, as of when it was opened.
  package let state: PodState

  /// Opens a pod that containers can join.
  ///
  /// - Throws: `RuntimeError`; `notFound` when there is none, `wrongState` when
  ///   it is not made yet or being removed.
  package static func open(_ id: String, _ context: RuntimeContext) throws(RuntimeError) -> Sandbox
  {
    try open(try PodDirectory.open(id, root: context.root))
  }

  static func open(_ directory: borrowing PodDirectory) throws(RuntimeError) -> Sandbox {
    let state = try directory.readState()
    // Whoever made it is dead, and the next `pod create` of the ID removes it.
    guard let state, state.isAlive || state.phase == .removing else {
      throw RuntimeError(.wrongState, "pod \(directory.id) is incomplete: delete it with --force")
    }
    switch state.phase {
    case .making: throw RuntimeError(.wrongState, "pod \(directory.id) is being made")
    case .removing: throw RuntimeError(.wrongState, "pod \(directory.id) is being removed")
    case .filling, .ready: break
    }
    return Sandbox(
      id: directory.id, paths: directory.paths, spec: try directory.readSpec(), state: state)
  }

  /// Makes a pod: namespaces, cgroup, shared memory and volumes, and no
  /// container yet.
  ///
  /// Leftovers of a command that was killed are removed first. When something
  /// fails, nothing is left.
  static func make(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) -> Sandbox {
    if Processes.effectiveUser != 0 {
      throw RuntimeError(
        .failed, "pods need root: without it namespaces end with the command that made them")
    }
    let directory = try reserve(id, context)
    defer { FileLock.release(directory.descriptor) }
    do {
      return try fill(directory, document, context)
    } catch {
      do {
        try remove(directory, context)
      } catch {
        context.warn("clean up pod \(id): \(error)")
      }
      throw error
    }
  }

  /// Makes and locks the directory of a new pod.
  private static func reserve(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> PodDirectory {
    do {
      while true {
        let directory = try PodDirectory.make(
          id, root: context.root, rootMode: context.rootMode)
        try FileLock.take(directory.descriptor, wait: false)
        // Between the two calls a `pod delete` may have removed it.
        if directory.isGone() { continue }
        if let state = try directory.readState() {
          if state.isAlive { throw taken(id) }
          try Members.removeAll(of: id, context)
        }
        try remove(directory, keepingDirectory: true, context)
        return directory
      }
    } catch let error as SystemError where error.errno == EWOULDBLOCK {
      throw taken(id)
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(error, "make the pod's directory")
    }
  }

  private static func taken(_ id: String) -> RuntimeError {
    RuntimeError(.alreadyExists, "pod \(id) already exists")
  }

  private static func fill(
    _ directory: borrowing PodDirectory, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) -> Sandbox {
    let spec = document.spec
    do {
      let path = try PodCgroup.path(spec, id: directory.id, context)
      var state = PodState(
        id: directory.id, created: Timestamp.now.description,
        creator: .own,
        bundleBase: document.directory, namespaces: spec.linux.namespaces,
        cgroup: path.map { CgroupRecord(path: $0.description) })
      try directory.write(state)
      try directory.writeSpec(document.bytes)
      if let path { try makeCgroup(at: path, spec, &state, directory, context) }
      let mounts = PodMounts(spec, directory.paths)
      try mounts.prepare()
      try NamespaceMaker(spec, directory.paths).run()
      try mounts.makeStorage()
      state.phase = .filling
      try directory.write(state)
      return Sandbox(id: directory.id, paths: directory.paths, spec: spec, state: state)
    } catch {
      throw RuntimeError(error, "make the pod's sandbox")
    }
  }

  private static func makeCgroup(
    at path: CgroupPath, _ spec: PodSpec, _ state: inout PodState,
    _ directory: borrowing PodDirectory, _ context: RuntimeContext
  ) throws {
    var identity: UInt64?
    do {
      try PodCgroup.make(at: path, spec.linux.resources, context) { made throws(SystemError) in
        identity = made
        state.cgroup?.identity = made
        try directory.write(state)
      }
    } catch {
      if identity != nil { throw error }
      // It was not made, and whatever has its place is somebody else's.
      state.cgroup = nil
      try directory.write(state)
      guard PodCgroup.isOptional(spec, context), let error = error as? CgroupError,
        error.kind == .permissionDenied
      else { throw error }
    }
  }

  /// Removes everything that a pod has but its containers.
  ///
  /// It can be called again after it was cut short at any point.
  static func remove(
    _ directory: borrowing PodDirectory, keepingDirectory: Bool = false,
    _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      if var state = try directory.readState() {
        state.phase = .removing
        try directory.write(state)
        if let cgroup = state.cgroup { try PodCgroup.remove(cgroup, context) }
      }
      try PodMounts.detach(directory.paths)
      try directory.remove(keepingDirectory: keepingDirectory)
    } catch {
      throw RuntimeError(error, "remove the pod's sandbox")
    }
  }
}

extension PodState {
  /// Whether it stands, or the command that makes it is still at it.
  package var isAlive: Bool {
    switch phase {
    case .ready: true
    case .making, .filling: creator.isAlive
    // Whoever removes a pod holds its lock, so nobody is at it any more.
    case .removing: false
    }
  }
}
