// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// Taking a cgroup that is there already: one that an engine has set limits on
/// beforehand, or that a command which was killed has left.
extension Cgroup {
  /// Looks at the place of a cgroup that is to be made.
  ///
  /// - Returns: whether something is there already that can be taken.
  /// - Throws: `RuntimeError` of kind `alreadyExists` when it cannot.
  package static func exists(
    in hierarchy: borrowing CgroupHierarchy, at path: CgroupPath
  ) throws(RuntimeError) -> Bool {
    let location = hierarchy.mountPoint + path.description
    let leaf: Descriptor
    do {
      leaf = try File.open(location, [.directory, .noFollow])
    } catch  where error.meansRemoved {
      return false
    } catch  where error.errno == ENOTDIR {
      throw taken(location, "is no directory")
    }
    do throws(RuntimeError) {
      try checkIsFree(leaf, location)
      return true
    } catch {
      // Somebody is removing it at this moment.
      if error.meansRemoved { return false }
      throw error
    }
  }

  /// Takes the directory `name`, or removes it when it was of somebody who is
  /// gone: what they have left of limits and device programs is nobody's wish,
  /// and their state may still be found where this command cannot see it.
  ///
  /// - Returns: the open directory, claimed, without cgroups below it, and with
  ///   no controllers enabled for such; nil when it is not there any more.
  /// - Throws: `RuntimeError` of kind `alreadyExists` when it cannot be taken.
  static func take(
    _ name: String, in parent: borrowing Descriptor, _ location: String, _ claim: CgroupClaim
  ) throws(RuntimeError) -> Shared<Descriptor>? {
    guard claim.mayTake else { throw taken(location, "was not there a moment ago") }
    let leaf: Descriptor
    do {
      leaf = try File.open(name, [.directory, .noFollow], at: parent)
    } catch  where error.meansRemoved {
      return nil
    } catch {
      throw error.adding("take cgroup \(location)")
    }
    try checkIsFree(leaf, location)
    do {
      if let other = try CgroupClaim.read(from: leaf) {
        if try claim.isStale(other, at: location) {
          try removeEmpty(location)
          return nil
        }
      } else if try !claim.write(on: leaf) {
        return nil
      }
      try removeSubgroups(of: location, until: .after(milliseconds: 1000))
      try disableControllers(of: leaf)
      return Shared(leaf)
    } catch {
      throw error.addingIfBare("take cgroup \(location)")
    }
  }

  /// Fails when a cgroup is in use, or no process could be in it.
  private static func checkIsFree(
    _ leaf: borrowing Descriptor, _ location: String
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      let events = try File.readControl("cgroup.events", at: leaf)
      // Callers look for what runc says of both.
      if value(of: "populated", in: events) == 1 {
        let count = try processes(in: leaf).count
        throw taken(
          location,
          "has processes in it: container's cgroup is not empty: \(count) process(es) found")
      }
      if value(of: "frozen", in: events) == 1 {
        throw taken(location, "is frozen: container's cgroup unexpectedly frozen")
      }
      let type = try File.readControl("cgroup.type", at: leaf)
      if type != "domain\n" { throw taken(location, "is threaded") }
    } catch {
      throw error.addingIfBare("cgroup \(location)")
    }
  }

  static func taken(_ location: String, _ reason: String) -> RuntimeError {
    RuntimeError(.alreadyExists, "cgroup \(location) already exists, and \(reason)")
  }

  private static func removeEmpty(_ location: String) throws(RuntimeError) {
    do {
      try removeSubgroups(of: location, until: .after(milliseconds: 1000))
      try File.remove(location, isDirectory: true)
    } catch  where error.meansRemoved {
      // Somebody else removed it, too.
    } catch  where error.errno == EBUSY {
      throw taken(location, "has processes in it")
    } catch {
      throw error.adding("take cgroup \(location)")
    }
  }

  /// A cgroup that enables controllers for those below it takes no process.
  private static func disableControllers(of leaf: borrowing Descriptor) throws(RuntimeError) {
    let name = "cgroup.subtree_control"
    let enabled = try File.readControl(name, at: leaf).split { $0 == " " || $0 == "\n" }
    if enabled.isEmpty { return }
    try File.writeControl(enabled.map { "-\($0)" }.joined(separator: " "), to: name, at: leaf)
  }
}
