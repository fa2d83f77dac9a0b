// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel

/// Where among a container's cgroups a process that enters it belongs.
///
/// It is the container's own cgroup, or, when no process may be in that or it
/// is gone, the one that the first process is in: one that has distributed its
/// processes over cgroups of its own shows where they may be. It is never the
/// caller's, unless the container was created without a cgroup.
struct EntryCgroup {
  /// The container.
  let record: ContainerRecord
  /// A cgroup below the container's own to enter, in its place.
  let path: String?
  /// What holds for the command.
  let context: RuntimeContext

  /// Clones this process into the cgroup.
  func clone() throws(RuntimeError) -> Processes.Side {
    guard let recorded = record.cgroup else {
      if path != nil { throw Self.missing }
      return try Processes.clone()
    }
    let cgroup = try recorded.open(context)
    if let path {
      guard let cgroup else { throw Self.missing }
      return try clone(below: cgroup.value, path)
    }
    if let cgroup, let side = try clone(in: cgroup.value) { return side }
    return try cloneBesideInit()
  }

  private static var missing: RuntimeError { RuntimeError(.failed, "cgroup not exist") }

  /// - Returns: nil when no process can be in the cgroup.
  private func clone(in cgroup: borrowing Cgroup) throws(RuntimeError) -> Processes.Side? {
    do {
      return try Processes.clone(cgroup: cgroup.directory)
    } catch {
      // It passes controllers on to others below it; it has become part of a
      // threaded one; it was removed a moment ago.
      if [EBUSY, EOPNOTSUPP, ENODEV].contains(error.errno) { return nil }
      throw error
    }
  }

  private func cloneBesideInit() throws(RuntimeError) -> Processes.Side {
    do {
      let hierarchy = try context.cgroups.hierarchy()
      let place = try hierarchy.value.path(of: record.initProcess?.pid ?? 0)
      let directory = try File.open(
        hierarchy.value.mountPoint + place.description, [.path, .directory])
      return try Processes.clone(cgroup: directory)
    } catch {
      throw error.adding("enter the cgroup of the container's first process")
    }
  }

  /// Enters a cgroup below the container's; none but those can be meant.
  private func clone(
    below cgroup: borrowing Cgroup, _ path: String
  ) throws(RuntimeError) -> Processes.Side {
    let names = path.split(separator: "/")
    if names.contains("..") {
      throw RuntimeError(.invalidSpec, "--cgroup: \(path) is not below the container's cgroup")
    }
    do {
      if names.isEmpty { return try Processes.clone(cgroup: cgroup.directory) }
      let directory = try SafePath.open(
        names.joined(separator: "/"), in: cgroup.directory, [.directory],
        resolve: [.beneath, .noLinks, .noMountCrossing])
      return try Processes.clone(cgroup: directory)
    } catch {
      throw error.adding("--cgroup")
    }
  }
}
