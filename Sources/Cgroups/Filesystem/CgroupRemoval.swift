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
  /// - Throws: `RuntimeError` of kind `notOurs` when it was left alone,
  ///   `timedOut` when the deadline passed first.
  package borrowing func remove(until deadline: Deadline) throws(RuntimeError) {
    if try isPopulated() {
      try kill()
      try waitUntilEmpty(until: deadline)
    }
    do {
      try Self.remove(location, until: deadline, withSubgroups: isConfirmed)
    } catch  where error.errno == EBUSY && !isConfirmed {
      throw notOurs()
    } catch {
      throw error.adding("remove cgroup \(location)")
    }
    Self.removeMarkedAncestors(
      of: path, in: String(location.dropLast(path.description.count)))
  }

  private static func remove(
    _ location: String, until deadline: Deadline, withSubgroups: Bool
  ) throws(RuntimeError) {
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

  /// Removes all cgroups below one, and waits until it is empty itself.
  ///
  /// Nothing here recurses: see `CgroupWalk`.
  static func removeSubgroups(
    of location: String, until deadline: Deadline
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      var current = try File.open(location, [.directory, .noFollow])
      var depth = 0
      while true {
        if let child = try removeChildren(of: current) {
          if deadline.hasPassed {
            throw RuntimeError(call: "rmdir", errno: EBUSY, subject: child.text)
          }
          do {
            current = try child.open([.directory, .noFollow], in: current)
            depth += 1
          } catch  where error.meansRemoved {}
          continue
        }
        try waitUntilEmpty(current, until: deadline)
        if depth == 0 { return }
        current = try File.open("..", .directory, at: current)
        depth -= 1
      }
    } catch  where error.meansRemoved {
      // Somebody else removes it, too.
    }
  }

  /// Removes the cgroups directly below one that nothing is in.
  ///
  /// - Returns: one that is in use.
  private static func removeChildren(
    of directory: borrowing Descriptor
  ) throws(RuntimeError) -> FileName? {
    var busy: FileName?
    var place = Directory.Place()
    while true {
      let children = try CgroupWalk.nextChildren(of: directory, from: &place)
      if children.isEmpty { return busy }
      for child in children {
        do {
          try child.remove(isDirectory: true, in: directory)
        } catch  where error.errno == EBUSY {
          busy = child
        } catch  where error.meansRemoved {}
      }
    }
  }

  /// Waits for a change, if processes are in an open cgroup.
  private static func waitUntilEmpty(
    _ directory: borrowing Descriptor, until deadline: Deadline
  ) throws(RuntimeError) {
    do {
      let events = try File.open("cgroup.events", at: directory)
      let text = String(decoding: try File.readAgain(events), as: UTF8.self)
      if value(of: "populated", in: text) == 1 {
        _ = try events.waitForChange(until: deadline)
      }
    } catch  where error.meansRemoved {}
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
