// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Glibc
internal import JSON
package import Kernel

/// A pod's directory, open.
package struct PodDirectory: ~Copyable {
  /// The pod's ID.
  package let id: String
  /// Where its parts are.
  package let paths: PodPaths
  /// The directory.
  package let descriptor: Descriptor

  private static let stateName = "state.json"
  private static let specName = "pod.json"

  private init(id: String, paths: PodPaths, descriptor: consuming Descriptor) {
    self.id = id
    self.paths = paths
    self.descriptor = descriptor
  }

  /// Opens the directory of a pod that is there.
  ///
  /// - Throws: `RuntimeError` of kind `notFound` when there is none.
  package static func open(_ id: String, root: String) throws(RuntimeError) -> PodDirectory {
    // An annotation may say anything.
    guard Identifier.isID(id) else {
      throw RuntimeError(.notFound, "pod \(id.quoted) does not exist: that cannot name a pod")
    }
    let paths = PodPaths(root: root, id: id)
    try requireTrust(root, paths)
    let directory: PodDirectory
    do {
      directory = PodDirectory(
        id: id, paths: paths,
        descriptor: try File.open(paths.directory, [.directory, .noFollow]))
    } catch {
      if error.errno == ENOENT || error.errno == ENOTDIR {
        throw RuntimeError(.notFound, "pod \(id) does not exist")
      }
      throw RuntimeError(error, "pod \(id)")
    }
    try StateTrust.require(directory.descriptor, paths.directory)
    return directory
  }

  /// Fails unless what lies in the directories above a pod's can be believed.
  private static func requireTrust(_ root: String, _ paths: PodPaths) throws(RuntimeError) {
    try StateTrust.require(path: root, entries: .others)
    try StateTrust.require(path: paths.parent)
  }

  /// Opens the directory of a pod, making it when it is not there.
  static func make(
    _ id: String, root: String, rootMode: UInt32
  ) throws(RuntimeError) -> PodDirectory {
    guard Identifier.isID(id) else {
      throw RuntimeError(.failed, "\(id.quoted) cannot name a pod")
    }
    try requireTrust(root, PodPaths(root: root, id: id))
    let directory: PodDirectory
    do {
      directory = try makeDirectory(id, root: root, rootMode: rootMode)
    } catch {
      throw RuntimeError(error, "make the pod's directory")
    }
    try StateTrust.require(directory.descriptor, directory.paths.directory)
    return directory
  }

  private static func makeDirectory(
    _ id: String, root: String, rootMode: UInt32
  ) throws(SystemError) -> PodDirectory {
    let paths = PodPaths(root: root, id: id)
    var attempts = 0
    while true {
      do {
        try File.makeDirectories(root, mode: rootMode)
        // Volumes and shared memory are open to everybody, so that all users of
        // the containers can have them: what keeps other users of the host out
        // is that they cannot get here. Members need no way: the runtime opens
        // what it mounts for them, whoever they are on the host.
        try File.makeDirectories(paths.parent, mode: 0o700)
        // It may be there from a time when it was open to others.
        try File.open(paths.parent, [.directory, .noFollow]).setPermissions(0o700)
        do {
          try File.makeDirectory(paths.directory, mode: 0o700)
        } catch  where error.errno == EEXIST {
          // It is taken, or left over: the lock will tell.
        }
        return PodDirectory(
          id: id, paths: paths,
          descriptor: try File.open(paths.directory, [.directory, .noFollow]))
      } catch  where error.errno == ENOENT && attempts < 100 {
        // The last pod has just been removed, and the directories with it.
        attempts += 1
      }
    }
  }

  /// The IDs of all pods, sorted; empty when there was never one.
  package static func identifiers(root: String) throws(RuntimeError) -> [String] {
    let paths = PodPaths(root: root, id: "")
    try requireTrust(root, paths)
    do {
      return try Directory.names(try File.open(paths.parent, .directory)).map(\.text).sorted()
    } catch  where error.errno == ENOENT {
      return []
    } catch {
      throw RuntimeError(error, "list pods")
    }
  }

  /// Whether the directory has been removed since it was opened.
  borrowing func isGone() -> Bool {
    do {
      return try !FileStatus(paths.directory).isSameFile(as: FileStatus(of: descriptor))
    } catch {
      // What cannot be found any more is gone.
      return true
    }
  }

  /// Changes the state; nobody else changes it meanwhile.
  ///
  /// The lock is that of the kept document: the directory's own is held for as
  /// long as a container is being created, or run in the foreground.
  borrowing func edit(
    _ change: (inout PodState) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    do {
      let document = try lockDocument()
      defer { withExtendedLifetime(document) {} }
      guard document != nil, !isGone(), var state = try readState() else {
        throw RuntimeError(.notFound, "pod \(id) does not exist")
      }
      try change(&state)
      try replace(state)
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(error, "pod \(id)")
    }
  }

  /// Locks the kept document for as long as the descriptor is held; nil when
  /// there is none.
  private borrowing func lockDocument() throws(SystemError) -> Shared<Descriptor>? {
    do {
      while true {
        let document = try File.open(Self.specName, at: descriptor)
        try FileLock.take(document, wait: true)
        // While this waited, the pod may have been removed and made again.
        let current = try FileStatus(Self.specName, at: descriptor)
        if try current.isSameFile(as: FileStatus(of: document)) {
          return Shared(document)
        }
      }
    } catch  where error.errno == ENOENT {
      return nil
    }
  }

  /// Writes the state, whatever it was.
  borrowing func write(_ state: PodState) throws(SystemError) {
    let document = try lockDocument()
    defer { withExtendedLifetime(document) {} }
    try replace(state)
  }

  /// Writes the state in one step.
  private borrowing func replace(_ state: PodState) throws(SystemError) {
    try File.replace(Self.stateName, with: state.json.bytes(), at: descriptor)
  }

  /// Reads the state; nil when the command that made the directory was killed
  /// before it had written any.
  package borrowing func readState() throws(RuntimeError) -> PodState? {
    do {
      let bytes = try File.read(Self.stateName, at: descriptor)
      return try PodState(json: JSONNode(JSONValue(parsing: bytes)))
    } catch let error as SystemError where error.errno == ENOENT {
      return nil
    } catch {
      throw RuntimeError(error, "\(paths.directory)/\(Self.stateName)")
    }
  }

  /// Keeps the pod's document as it was given.
  borrowing func writeSpec(_ bytes: [UInt8]) throws(SystemError) {
    try File.replace(Self.specName, with: bytes, at: descriptor)
  }

  /// Reads the document that was kept.
  package borrowing func readSpec() throws(RuntimeError) -> PodSpec {
    do {
      return try PodSpec(parsing: try File.read(Self.specName, at: descriptor))
    } catch {
      throw RuntimeError(error, "\(paths.directory)/\(Self.specName)")
    }
  }

  /// Reads the document that was kept; nil when the command that makes the pod
  /// has not written it.
  borrowing func readSpecIfWritten() throws(RuntimeError) -> PodSpec? {
    File.exists(Self.specName, at: descriptor) ? try readSpec() : nil
  }

  /// Removes everything in the directory, and the directory itself unless it is
  /// to be used again; nothing may be mounted there.
  ///
  /// The state goes last: without it nobody would know of the rest.
  borrowing func remove(keepingDirectory: Bool = false) throws(SystemError) {
    // Nobody may change the state while it goes, and so bring it back.
    let document = try lockDocument()
    defer { withExtendedLifetime(document) {} }
    try TreeRemoval.empty(descriptor, except: [FileName(Self.stateName)])
    do {
      try File.remove(Self.stateName, at: descriptor)
    } catch  where error.errno == ENOENT {}
    if keepingDirectory { return }
    do {
      try File.remove(paths.directory, isDirectory: true)
    } catch  where error.errno == ENOENT {}
    // It is only gone when this was the last pod.
    try? File.remove(paths.parent, isDirectory: true)
  }
}
