// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// One cgroup that runp made, held open.
///
/// Everything but its removal goes through the open directory, so it cannot
/// hit another cgroup that has taken the place of this one.
package struct Cgroup: ~Copyable {
  /// Where it is below the root of the hierarchy.
  package let path: CgroupPath
  /// Where it is in the file system.
  package let location: String
  /// Its directory, for `CLONE_INTO_CGROUP`.
  package let directory: Descriptor
  /// What tells it from any other cgroup, before or after, at the same path:
  /// the number of its inode.
  ///
  /// It belongs into the state file before the first process is put into the
  /// cgroup.
  package let identity: UInt64
  /// Whether this is for certain the cgroup that runp made.
  ///
  /// If not, it is only ever removed, and only when no process is in it.
  let isConfirmed: Bool

  init(
    path: CgroupPath, in hierarchy: borrowing CgroupHierarchy, directory: consuming Descriptor,
    isConfirmed: Bool, identity known: UInt64? = nil
  ) throws(RuntimeError) {
    // A local: a half-made self could not be taken apart again.
    let inode = if let known { known } else { try FileStatus(of: directory).inode }
    self.path = path
    location = hierarchy.mountPoint + path.description
    identity = inode
    self.isConfirmed = isConfirmed
    self.directory = directory
  }

  /// What an earlier command knew of a cgroup that it made or took.
  package enum Knowledge: Equatable, Sendable {
    /// Its identity, once it was there.
    case identity(UInt64)
    /// The claim that it was about to write on it, and whether there was one
    /// before: the command was killed in the middle of it.
    case claim(String, existed: Bool)
  }

  /// Opens a cgroup that an earlier command made or took.
  ///
  /// - Parameters:
  ///   - hierarchy: the hierarchy.
  ///   - path: the path in the state file.
  ///   - knowledge: what the state file has beyond that.
  /// - Returns: nil when the cgroup is gone, also when another one has its
  ///   place, which is left alone.
  /// - Throws: `RuntimeError` when it cannot be opened.
  package static func open(
    in hierarchy: borrowing CgroupHierarchy, at path: CgroupPath, _ knowledge: Knowledge
  ) throws(RuntimeError) -> Cgroup? {
    if path.components.isEmpty {
      throw RuntimeError(.notOurs, "the root of the cgroup hierarchy is no cgroup of runp")
    }
    let location = hierarchy.mountPoint + path.description
    do {
      let directory = try File.open(location, [.directory, .noFollow])
      let inode = try FileStatus(of: directory).inode
      guard let isOurs = try isOurs(directory, inode, knowledge) else { return nil }
      return try Cgroup(
        path: path, in: hierarchy, directory: directory, isConfirmed: isOurs, identity: inode)
    } catch  where error.meansRemoved {
      return nil
    }
  }

  /// Whether an open cgroup is for certain the one that is meant.
  ///
  /// - Returns: nil when it is for certain another one; false when it may have
  ///   been made a moment before the command was killed.
  private static func isOurs(
    _ directory: borrowing Descriptor, _ inode: UInt64, _ knowledge: Knowledge
  ) throws(RuntimeError) -> Bool? {
    switch knowledge {
    case .identity(let known):
      return inode == known ? true : nil
    case .claim(let text, let existed):
      guard let found = try CgroupClaim.read(from: directory) else { return existed ? nil : false }
      return found == text ? true : nil
    }
  }

  /// The text of one of its files that is no list.
  ///
  /// - Returns: nil when the cgroup has no such file.
  package borrowing func read(_ file: String) throws(RuntimeError) -> String? {
    do {
      return try File.readControl(file, at: directory)
    } catch  where error.meansRemoved {
      return nil
    } catch {
      throw error.adding("cgroup \(path)")
    }
  }

  /// One number of a file whose lines are a key and a number.
  package borrowing func value(of key: String, in file: String) throws(RuntimeError) -> UInt64? {
    guard let text = try read(file) else { return nil }
    return Self.value(of: key, in: text)
  }

  /// The number of a key in the text of such a file.
  package static func value(of key: String, in text: String) -> UInt64? {
    for line in text.utf8.split(separator: 10) {
      let words = line.split(separator: 32)
      if words.count == 2, words[0].elementsEqual(key.utf8) { return UInt64(Substring(words[1])) }
    }
    return nil
  }

  /// How many of its processes the kernel has killed for want of memory; nil
  /// when the memory controller is not enabled for it.
  package borrowing func oomKillCount() throws(RuntimeError) -> UInt64? {
    do {
      let bytes = try File.readSmall("memory.events", at: directory)
      return Self.value(of: "oom_kill", in: String(decoding: bytes, as: UTF8.self))
    } catch  where error.meansRemoved {
      return nil
    } catch {
      throw error.adding("cgroup \(path)")
    }
  }

  /// The file that reports when the first process comes into it, or the last one
  /// goes.
  ///
  /// - Returns: nil when the cgroup is gone, which systemd takes away as soon as
  ///   nothing is in it.
  package borrowing func events() throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      return Shared(try File.open("cgroup.events", at: directory))
    } catch  where error.meansRemoved {
      return nil
    } catch {
      throw error.adding("watch cgroup \(path)")
    }
  }

  /// Whether a process is in it or in a cgroup below it.
  package borrowing func isPopulated() throws(RuntimeError) -> Bool {
    try value(of: "populated", in: "cgroup.events") == 1
  }

  /// The processes in it and in the cgroups below it, seen from the PID
  /// namespace of the caller.
  package borrowing func processes() throws(RuntimeError) -> [Int32] {
    do {
      return try Self.processes(in: directory)
    } catch {
      throw error.adding("cgroup \(path)")
    }
  }

  /// The processes in an open cgroup and in those below it.
  static func processes(in directory: borrowing Descriptor) throws(RuntimeError) -> [Int32] {
    guard var processes = try ownProcesses(directory) else { return try threadOwners(directory) }
    var walk = try CgroupWalk(below: directory)
    // What a threaded cgroup does not list is in the list of its domain, which is
    // this one or below it.
    while try walk.next() { processes += try ownProcesses(walk.current) ?? [] }
    return processes
  }

  /// What of one cgroup alone belongs to `processes`; nil when it is threaded, and
  /// lists only threads.
  private static func ownProcesses(
    _ directory: borrowing Descriptor
  ) throws(RuntimeError) -> [Int32]? {
    do {
      return try numbers(in: "cgroup.procs", directory)
    } catch {
      if error.errno == EOPNOTSUPP { return nil }
      throw error
    }
  }

  /// The processes that have threads in a threaded cgroup, or in those below it,
  /// which are threaded then, too.
  private static func threadOwners(
    _ directory: borrowing Descriptor
  ) throws(RuntimeError) -> [Int32] {
    var threads = try numbers(in: "cgroup.threads", directory)
    var walk = try CgroupWalk(below: directory)
    while try walk.next() { threads += try numbers(in: "cgroup.threads", walk.current) }
    var owners: Set<Int32> = []
    for thread in threads {
      if let owner = try Processes.owner(ofThread: thread) { owners.insert(owner) }
    }
    return owners.sorted()
  }

  /// The numbers in a file of a cgroup; none when it is gone.
  private static func numbers(
    in file: String, _ directory: borrowing Descriptor
  ) throws(RuntimeError) -> [Int32] {
    do {
      let list = try File.readText(file, at: directory)
      // What is of a PID namespace that is not below ours has the number 0.
      return list.split(separator: "\n").compactMap { Int32($0) }.filter { $0 > 0 }
    } catch {
      if error.meansRemoved { return [] }
      throw error
    }
  }
}
