// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

extension Cgroup {
  /// Removes the cgroup: kills what is in it, removes what is below it, then
  /// itself, then the cgroups above it that runp made and that are empty now.
  ///
  /// Without confirmation that runp made it, it is removed only if it is
  /// empty, and otherwise left alone.
  ///
  /// - Throws: `CgroupError` of kind `notOurs` when it was left alone,
  ///   `timedOut` when the deadline passed first.
  package borrowing func remove(until deadline: Deadline) throws(CgroupError) {
    if try isPopulated() {
      try kill(until: deadline)
      try waitUntilEmpty(until: deadline)
    }
    do {
      try Self.remove(location, until: deadline, withSubgroups: isConfirmed)
    } catch  where error.errno == EBUSY && !isConfirmed {
      throw notOurs()
    } catch {
      throw CgroupError(error, "remove cgroup \(location)")
    }
    Self.removeMarkedAncestors(
      of: path, in: String(location.dropLast(path.description.count)))
  }

  private static func remove(
    _ location: String, until deadline: Deadline, withSubgroups: Bool
  ) throws(SystemError) {
    while true {
      do {
        try File.remove(location, isDirectory: true)
        return
      } catch  where error.meansRemoved {
        return
      } catch  where error.errno == EBUSY && withSubgroups && !deadline.hasPassed {
        try removeSubgroups(of: location, until: deadline)
      }
    }
  }

  private static func removeSubgroups(
    of location: String, until deadline: Deadline
  ) throws(SystemError) {
    do {
      let directory = try File.open(location, [.directory, .noFollow])
      let events = try File.open("cgroup.events", at: directory.number)
      let text = String(decoding: try File.readAgain(events), as: UTF8.self)
      let below = try subgroups(of: directory)
      for name in below {
        try remove("\(location)/\(name)", until: deadline, withSubgroups: true)
      }
      if below.isEmpty, value(of: "populated", in: text) == 1 {
        _ = try events.waitForChange(until: deadline)
      }
    } catch  where error.meansRemoved {
      // Somebody else removes it, too.
    }
  }

  /// Removes the cgroups above one, from the inside out, as far as runp made
  /// them and nothing is in them.
  static func removeMarkedAncestors(of path: CgroupPath, in mountPoint: String) {
    var above = path.parent
    while let ancestor = above, !ancestor.components.isEmpty {
      let location = mountPoint + ancestor.description
      do {
        let directory = try File.open(location, [.directory, .noFollow])
        guard ExtendedAttribute.exists(mark, of: directory) else { return }
        try File.remove(location, isDirectory: true)
      } catch  where error.meansRemoved {
        // Somebody else removed it; what is above it may still be empty.
      } catch {
        // It is in use, or not ours to remove.
        return
      }
      above = ancestor.parent
    }
  }
}
