// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// A pod's directory, open: the files that tell of the pod.
///
/// What the pod holds is below the directory, too, and mounted there: see
/// `PodPart`.
struct PodDirectory: ~Copyable {
  /// The pod's ID.
  let id: String
  /// Where its parts are.
  let paths: PodPaths
  /// The directory.
  let descriptor: Descriptor

  private static let stateName = "state.json"
  private static let lockName = "state.lock"
  private static let specName = "pod.json"

  private init(id: String, paths: PodPaths, descriptor: consuming Descriptor) {
    self.id = id
    self.paths = paths
    self.descriptor = descriptor
  }

  /// Opens the directory of a pod that is there.
  ///
  /// - Throws: `RuntimeError` of kind `notFound` when there is none.
  static func open(_ id: String, root: String) throws(RuntimeError) -> PodDirectory {
    // An annotation may say anything.
    guard Identifier.isID(id) else {
      throw RuntimeError(.notFound, "pod \(id.quoted) does not exist: that cannot name a pod")
    }
    let paths = PodPaths(root: root, id: id)
    try requireTrust(root, paths)
    let descriptor: Descriptor
    do {
      descriptor = try File.open(paths.directory, [.directory, .noFollow])
    } catch {
      if error.errno == ENOENT || error.errno == ENOTDIR { throw Self.notFound(id) }
      throw error.adding("pod \(id)")
    }
    try StateTrust.require(descriptor, paths.directory)
    return PodDirectory(id: id, paths: paths, descriptor: descriptor)
  }

  /// Fails unless what lies in the directories above a pod's can be believed.
  private static func requireTrust(_ root: String, _ paths: PodPaths) throws(RuntimeError) {
    try StateTrust.require(path: root, entries: .others)
    try StateTrust.require(path: paths.parent)
  }

  /// What is said of a pod that is not there.
  static func notFound(_ id: String) -> RuntimeError {
    RuntimeError(.notFound, "pod \(id) does not exist")
  }

  /// Opens the directory of a pod, making it when it is not there.
  static func make(
    _ id: String, root: String, rootMode: UInt32
  ) throws(RuntimeError) -> PodDirectory {
    guard Identifier.isID(id) else {
      throw RuntimeError(.failed, "\(id.quoted) cannot name a pod")
    }
    let paths = PodPaths(root: root, id: id)
    try requireTrust(root, paths)
    for _ in 0..<100 {
      let hasParents: Bool
      do {
        hasParents = try makeParents(of: paths, root: root, rootMode: rootMode)
      } catch {
        throw error.adding("make the pod's directory")
      }
      // Somebody else may have made one of them since it was not there.
      try requireTrust(root, paths)
      if hasParents, let directory = try makeOwn(id, paths) { return directory }
      // The last pod has just been removed, and the directories with it.
    }
    throw RuntimeError(.failed, "make the pod's directory: \(paths.parent) does not stay")
  }

  /// - Returns: false when they were removed meanwhile.
  private static func makeParents(
    of paths: PodPaths, root: String, rootMode: UInt32
  ) throws(RuntimeError) -> Bool {
    do {
      try File.makeDirectories(root, mode: rootMode)
      // Volumes and shared memory are open to everybody, so that all users of
      // the containers can have them: what keeps other users of the host out
      // is that they cannot get here. Members need no way: the runtime opens
      // what it mounts for them, whoever they are on the host.
      try File.makeDirectories(paths.parent, mode: 0o700)
      // It may be there from a time when it was open to others.
      try File.open(paths.parent, [.directory, .noFollow]).setPermissions(0o700)
      return true
    } catch  where error.errno == ENOENT {
      return false
    }
  }

  /// Makes and opens the pod's own directory, and takes it away again when it
  /// cannot be had.
  ///
  /// - Returns: nil when what it was in was removed meanwhile.
  private static func makeOwn(
    _ id: String, _ paths: PodPaths
  ) throws(RuntimeError) -> PodDirectory? {
    var isNew = false
    do throws(RuntimeError) {
      do throws(RuntimeError) {
        try File.makeDirectory(paths.directory, mode: 0o700)
        isNew = true
      } catch {
        // It is taken, or left over: the lock will tell.
        if error.errno != EEXIST { throw error }
      }
      let descriptor = try File.open(paths.directory, [.directory, .noFollow])
      try StateTrust.require(descriptor, paths.directory)
      return PodDirectory(id: id, paths: paths, descriptor: descriptor)
    } catch {
      if error.errno == ENOENT { return nil }
      // Whoever has found it meanwhile sees that it is gone.
      if isNew { try? File.remove(paths.directory, isDirectory: true) }
      throw error.adding("make the pod's directory")
    }
  }

  /// The IDs of all pods, sorted; empty when there was never one.
  static func identifiers(root: String) throws(RuntimeError) -> [String] {
    let paths = PodPaths(root: root, id: "")
    try requireTrust(root, paths)
    do {
      return try Directory.names(try File.open(paths.parent, .directory)).map { $0.text }.sorted()
    } catch  where error.errno == ENOENT {
      return []
    } catch {
      throw error.adding("list pods")
    }
  }

  /// Whether nothing is in it.
  ///
  /// The lock is the caller's. Where that cannot be told and it is empty, it is
  /// taken away, since nobody else would.
  borrowing func hasNoFile() throws(RuntimeError) -> Bool {
    do {
      return try Directory.names(descriptor).isEmpty
    } catch {
      try? File.remove(paths.directory, isDirectory: true)
      throw error.adding("pod \(id)")
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
}

// MARK: - State

extension PodDirectory {
  /// Makes what has to be there before the state is: the lock of it, and the
  /// directories of entries and kept configurations.
  borrowing func prepare() throws(RuntimeError) {
    _ = try File.open(
      Self.lockName, [.writeOnly, .create, .noFollow, .unhurried], mode: 0o600, at: descriptor)
    for name in [PodEntry.directoryName, PodPaths.configurations] {
      do {
        try File.makeDirectory(name, mode: 0o700, at: descriptor)
      } catch  where error.errno == EEXIST {}
    }
  }

  /// Locks the state for as long as the result is held, so that nobody else
  /// changes it meanwhile; nil when the pod is gone.
  ///
  /// The directory's own lock is another: it is held for as long as a container
  /// is being created, or run in the foreground.
  borrowing func lockState() throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      while true {
        let file = try openLock()
        try FileLock.take(file, wait: true)
        // While this waited, the pod may have been removed and made again.
        let current = try FileStatus(Self.lockName, at: descriptor)
        if try current.isSameFile(as: FileStatus(of: file)) { return Shared(file) }
      }
    } catch  where error.errno == ENOENT {
      return nil
    }
  }

  /// Whoever removes a pod removes the state before the lock: where the state is
  /// still there, the lock was lost in another way, and is made again.
  private borrowing func openLock() throws(RuntimeError) -> Descriptor {
    do {
      return try File.open(Self.lockName, [.noFollow, .unhurried], at: descriptor)
    } catch {
      if error.errno != ENOENT || !File.exists(Self.stateName, at: descriptor) { throw error }
      return try File.open(
        Self.lockName, [.writeOnly, .create, .noFollow, .unhurried], mode: 0o600, at: descriptor)
    }
  }

  /// Writes the state in one step; the lock is the caller's.
  borrowing func replaceState(_ state: PodState) throws(RuntimeError) {
    try File.replace(Self.stateName, with: state.json.bytes(), at: descriptor)
  }

  /// Reads the state; nil when the command that made the directory was killed
  /// before it had written any, and when the directory has been removed.
  borrowing func readState() throws(RuntimeError) -> PodState? {
    guard
      let bytes = try StateFile.readSmall(Self.stateName, in: descriptor, at: paths.directory)
    else { return nil }
    do {
      return try PodState(json: JSONNode(JSONValue(parsing: bytes)))
    } catch {
      throw RuntimeError(error).adding("\(paths.directory)/\(Self.stateName)")
    }
  }
}

// MARK: - Documents

extension PodDirectory {
  /// Keeps the pod's document as it was given.
  borrowing func writeSpec(_ bytes: [UInt8]) throws(RuntimeError) {
    try File.replace(Self.specName, with: bytes, at: descriptor)
  }

  /// Reads the document that was kept; nil when the command that makes the pod
  /// has not written it.
  borrowing func readSpec() throws(RuntimeError) -> PodSpec? {
    guard let bytes = try StateFile.read(Self.specName, in: descriptor, at: paths.directory) else {
      return nil
    }
    do {
      return try PodSpec(parsing: bytes)
    } catch {
      throw RuntimeError(error).adding("\(paths.directory)/\(Self.specName)")
    }
  }

  /// The IDs of the containers that have an entry.
  borrowing func memberIDs() throws(RuntimeError) -> [String] {
    do {
      return try Directory.names(
        try File.open(PodEntry.directoryName, [.directory, .noFollow], at: descriptor)
      ).map { $0.text }
    } catch  where error.errno == ENOENT {
      return []
    }
  }
}

// MARK: - The end

extension PodDirectory {
  /// Removes the files that tell of the pod, and the directory itself unless it
  /// is to be used again; what the pod held is gone already.
  ///
  /// The state goes last: without it nobody would know of the rest.
  borrowing func remove(keepingDirectory: Bool) throws(RuntimeError) {
    // Nobody may change the state while it goes, and so bring it back.
    let lock = try lockState()
    defer { withExtendedLifetime(lock) {} }
    let last = [Self.stateName, Self.lockName]
    try TreeRemoval.empty(descriptor, except: last.map { FileName($0) })
    for name in last {
      do {
        try File.remove(name, at: descriptor)
      } catch  where error.errno == ENOENT {}
    }
    if keepingDirectory { return }
    do {
      try File.remove(paths.directory, isDirectory: true)
    } catch  where error.errno == ENOENT {}
    // It is only gone when this was the last pod.
    try? File.remove(paths.parent, isDirectory: true)
  }
}
