// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
package import Kernel
internal import RuntimeSpec

/// The state directories under the runtime's root.
package struct StateStore {
  private let root: String
  private let rootMode: UInt32

  /// Refers to a root directory, which need not exist and is made with the
  /// permissions `rootMode` when it is needed.
  package init(root: String, rootMode: UInt32 = 0o711) {
    self.root = root
    self.rootMode = rootMode
  }

  /// The absolute path of a container's state directory.
  package func path(of id: String) -> String { "\(root)/\(id)" }

  /// Makes the state directory of a new container and locks it.
  ///
  /// - Throws: `RuntimeError` of kind `alreadyExists` when the ID is taken.
  package func reserve(_ id: String) throws(RuntimeError) -> StateDirectory {
    if !Identifier.isID(id) {
      throw RuntimeError(.invalidSpec, "\(id.quoted) cannot name a container")
    }
    try makeRoot()
    do {
      while true {
        try File.makeDirectory(path(of: id), mode: 0o700)
        // Until it is locked another command may take it for a leftover.
        if let directory = try lockNew(id) { return directory }
      }
    } catch  where error.errno == EEXIST {
      throw RuntimeError(.alreadyExists, "container with given ID already exists: \(id)")
    } catch {
      throw error.adding("make the state directory")
    }
  }

  /// Sees to it that there is a root that can be believed.
  private func makeRoot() throws(RuntimeError) {
    if try StateTrust.require(path: root, entries: .others) != nil { return }
    do {
      try File.makeDirectories(root, mode: rootMode)
    } catch {
      throw error.adding("make the state directory")
    }
    // Somebody else may have been quicker.
    try StateTrust.require(path: root, entries: .others)
  }

  /// Opens and locks a directory just made, which is taken away again when that
  /// fails.
  ///
  /// - Returns: nil when it is gone already.
  private func lockNew(_ id: String) throws(RuntimeError) -> StateDirectory? {
    do {
      let directory = StateDirectory(
        path: path(of: id), descriptor: try File.open(path(of: id), [.directory, .noFollow]))
      try FileLock.take(directory.descriptor, wait: true)
      if try !directory.isGone() { return directory }
    } catch {
      if error.errno == ENOENT { return nil }
      try? File.remove(path(of: id), isDirectory: true)
      throw error
    }
    return nil
  }

  /// Opens the state directory of a container.
  ///
  /// - Throws: `RuntimeError` of kind `notFound` when there is none.
  package func open(_ id: String) throws(RuntimeError) -> StateDirectory {
    if !Identifier.isID(id) { throw RuntimeError(.notFound, "container does not exist: \(id)") }
    try StateTrust.require(path: root, entries: .others)
    return try openListed(id)
  }

  /// Opens a state directory that was listed: the root has been looked at.
  func openListed(_ id: String) throws(RuntimeError) -> StateDirectory {
    let descriptor: Descriptor
    do {
      descriptor = try File.open(path(of: id), [.directory, .noFollow])
    } catch {
      if error.errno == ENOENT || error.errno == ENOTDIR {
        throw RuntimeError(.notFound, "container does not exist: \(id)")
      }
      throw error.adding("open the state directory")
    }
    try StateTrust.require(descriptor, path(of: id))
    return StateDirectory(path: path(of: id), descriptor: descriptor)
  }

  /// All containers as they are found in the root directory.
  struct Listing: ~Copyable {
    /// Their IDs, sorted.
    let identifiers: [String]
    /// Who could have made their directories.
    fileprivate let entries: StateTrust.Entries
    /// The root directory, open.
    fileprivate let root: Descriptor

    /// Reads a container's state, if nobody but the root's owner could have made
    /// its directory or anything in it, and no link leads there.
    borrowing func readState(of id: String) throws(RuntimeError) -> [UInt8]? {
      // Its owner alone could put another in its place between the two calls.
      guard entries == .owner,
        StateTrust.isBelievable(try FileStatus(id, at: root, followLinks: false))
      else { return nil }
      let path = "\(id)/\(StateDirectory.stateName)"
      return try File.readAgain(
        try SafePath.open(path, in: root, .unhurried, resolve: [.beneath, .noLinks]), subject: path)
    }
  }

  /// Looks for all containers; nil when the root does not exist.
  func list() throws(RuntimeError) -> Listing? {
    let directory: Descriptor
    do {
      directory = try File.open(root, .directory)
    } catch {
      if error.errno == ENOENT { return nil }
      throw error.adding("list containers")
    }
    let entries = try StateTrust.require(directory, root, entries: .others)
    do {
      let names = try Directory.names(directory)
      return Listing(
        identifiers: names.map { $0.text }.filter(Identifier.isID).sorted(), entries: entries,
        root: directory)
    } catch {
      throw error.adding("list containers")
    }
  }
}

/// One container's state directory, open.
package struct StateDirectory: ~Copyable {
  /// The absolute path.
  package let path: String
  /// The open directory.
  package let descriptor: Descriptor

  fileprivate static let stateName = "state.json"
  private static let configName = "config.json"

  fileprivate init(path: String, descriptor: consuming Descriptor) {
    self.path = path
    self.descriptor = descriptor
  }

  /// Waits for and takes the lock that everything that changes the state
  /// holds; it ends with the descriptor.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when another command holds it
  ///   for longer than there is patience, such as one whose hooks do not end.
  borrowing func lock(_ id: String) throws(RuntimeError) {
    if try FileLock.take(descriptor, until: Lifecycle.patience) { return }
    throw RuntimeError(
      .wrongState, "container \(id) is busy: another command at work on it does not end")
  }

  /// Waits for and takes the lock that everything holds that has the container's
  /// processes stand still, for as long as the result is held.
  ///
  /// It is not that of the state, which a `start` has for as long as the
  /// container's hooks take. The kept configuration stands for it: it is there
  /// from the beginning to the end, and never replaced.
  ///
  /// - Returns: nil where nothing is kept yet.
  /// - Throws: `RuntimeError`, also when another command holds it for longer than
  ///   there is patience.
  borrowing func lockFreezer(_ id: String) throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      let file = Shared(
        try File.open(
          Self.configName, [.noFollow, .unhurried], at: descriptor))
      if try FileLock.take(file.value, until: Lifecycle.patience) { return file }
    } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
    throw RuntimeError(
      .failed, "container \(id) is busy: another command pauses or signals its processes")
  }

  /// Gives the lock up early.
  borrowing func unlock() { FileLock.release(descriptor) }

  /// Takes the lock if nobody holds it.
  package borrowing func tryLock() throws(RuntimeError) -> Bool {
    try FileLock.takeIfFree(descriptor)
  }

  /// Whether the directory has been deleted since it was opened.
  package borrowing func isGone() throws(RuntimeError) -> Bool {
    do {
      return try !FileStatus(path, followLinks: false).isSameFile(as: FileStatus(of: descriptor))
    } catch  where error.errno == ENOENT {
      return true
    }
  }

  /// Writes the state in one step.
  borrowing func write(_ state: ContainerRecord) throws(RuntimeError) {
    try File.replace(Self.stateName, with: state.json.bytes(), at: descriptor)
  }

  /// Reads the state; nil when the command that made the directory was killed
  /// before it had written any.
  package borrowing func read() throws(RuntimeError) -> ContainerRecord? {
    guard let bytes = try readBytes() else { return nil }
    return try decode(bytes)
  }

  /// Whether the state is that of this very container, and not of another one
  /// that has got its ID since.
  borrowing func isState(of container: ContainerRecord) throws(RuntimeError) -> Bool {
    guard let bytes = try readBytes() else { return false }
    if let listed = ListedRecord(bytes, withAnnotations: false) {
      return listed.created == container.created && listed.initProcess == container.initProcess
    }
    let record = try decode(bytes)
    // What is kept may not name the first process yet.
    return record.created == container.created
      && (record.initProcess == nil || record.initProcess == container.initProcess)
  }

  private borrowing func readBytes() throws(RuntimeError) -> [UInt8]? {
    try StateFile.readSmall(Self.stateName, in: descriptor, at: path)
  }

  private borrowing func decode(_ bytes: [UInt8]) throws(RuntimeError) -> ContainerRecord {
    do {
      return try ContainerRecord(json: JSONNode(JSONValue(parsing: bytes)))
    } catch {
      // What it has cannot be told, so it is not taken away either.
      throw RuntimeError(
        .failed,
        "read \(path)/\(Self.stateName): \(error): delete the container with the runp that made it,"
          + " or remove \(path) when nothing of it runs any more")
    }
  }

  /// Keeps the configuration that the container is created with: later changes
  /// of the bundle do not affect it (runtime.md, lifecycle).
  borrowing func writeConfig(_ bytes: [UInt8]) throws(RuntimeError) {
    let file = try File.open(
      Self.configName, [.writeOnly, .create, .truncate, .noFollow, .unhurried], mode: 0o600,
      at: descriptor)
    try File.write(bytes, to: file, subject: Self.configName)
  }

  /// Reads the kept configuration.
  ///
  /// - Throws: `RuntimeError` that names the file, also when there is none.
  borrowing func readConfig() throws(RuntimeError) -> [UInt8] {
    if let bytes = try StateFile.read(Self.configName, in: descriptor, at: path) { return bytes }
    throw RuntimeError(.failed, "read \(path)/\(Self.configName): no such file or directory")
  }

  /// Removes the directory and everything in it, and the container's entry in a
  /// pod.
  package borrowing func remove(with entry: PodEntry? = nil) throws(RuntimeError) {
    // Without the state file the rest is nobody's: it goes last.
    try TreeRemoval.empty(descriptor, except: [FileName(Self.stateName)])
    do {
      try File.remove(Self.stateName, at: descriptor)
    } catch  where error.errno == ENOENT {}
    // No state names the pod any more, and the ID is still taken.
    try entry?.remove()
    // Another one of the same name is not this one's to remove.
    if try isGone() { return }
    do {
      try File.remove(path, isDirectory: true)
    } catch  where error.errno == ENOENT {}
  }
}
