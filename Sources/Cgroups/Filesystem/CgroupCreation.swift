// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

extension Cgroup {
  /// What a directory that runp made on the way to a leaf is marked with, so
  /// that whoever removes the last leaf in it knows that it may go as well.
  static let mark = "user.runp"

  /// Makes a cgroup and what is missing above it, or takes one that is there.
  ///
  /// Each cgroup on the way gets the controllers that the plan needs enabled
  /// for its children, and all others where that is possible: tools read what
  /// the container uses from their files, it finds its own there, and can only
  /// pass on what it has. The cgroup itself enables none, or no process could
  /// be in it.
  ///
  /// - Parameters:
  ///   - hierarchy: the hierarchy.
  ///   - path: where.
  ///   - plan: the limits that are going to be applied.
  ///   - claim: whose it is going to be.
  /// - Returns: the cgroup, which carries the claim, with no limits of the plan
  ///   yet.
  /// - Throws: `RuntimeError`, of kind `alreadyExists` when one is there that is
  ///   in use or another's; what was made is removed again.
  package static func create(
    in hierarchy: borrowing CgroupHierarchy, at path: CgroupPath, for plan: LimitPlan,
    as claim: CgroupClaim
  ) throws(RuntimeError) -> Cgroup {
    let available = try hierarchy.controllers()
    try plan.check(available, of: hierarchy)
    // Another command may remove a directory on the way between our opening
    // it and our making something in it: then it is made anew.
    var attempts = 0
    while true {
      do {
        return try createOnce(in: hierarchy, at: path, for: plan, enabling: available, as: claim)
      } catch  where error.meansRemoved && attempts < 100 {
        attempts += 1
      } catch {
        removeMarkedAncestors(of: path, in: hierarchy.mountPoint)
        throw error
      }
    }
  }

  private static func createOnce(
    in hierarchy: borrowing CgroupHierarchy, at path: CgroupPath, for plan: LimitPlan,
    enabling controllers: Controllers, as claim: CgroupClaim
  ) throws(RuntimeError) -> Cgroup {
    guard let name = path.components.last else {
      throw RuntimeError(.invalidSpec, "linux.cgroupsPath: / is the root of the hierarchy")
    }
    var wanted = controllers
    var location = hierarchy.mountPoint
    var parent = try hierarchy.open()
    for component in path.components.dropLast() {
      wanted = try enable(wanted, in: parent, location, for: plan)
      location += "/" + component
      do {
        parent = try openOrMake(component, in: parent)
      } catch {
        throw error.adding("make cgroup \(location)")
      }
    }
    _ = try enable(wanted, in: parent, location, for: plan)
    location += "/" + name
    let leaf = try makeOrTake(name, in: parent, location, claim)
    do {
      return try Cgroup(
        path: path, in: hierarchy, directory: try leaf.value.duplicate(), isConfirmed: true)
    } catch {
      // The first error is the one to report.
      try? File.remove(name, isDirectory: true, at: parent)
      throw error.adding("make cgroup \(location)")
    }
  }

  private static func makeOrTake(
    _ name: String, in parent: borrowing Descriptor, _ location: String, _ claim: CgroupClaim
  ) throws(RuntimeError) -> Shared<Descriptor> {
    // Whoever makes and removes it all the time is not waited for.
    for _ in 0..<100 {
      do {
        try File.makeDirectory(name, at: parent)
      } catch  where error.errno == EEXIST {
        if let leaf = try take(name, in: parent, location, claim) { return leaf }
        continue
      } catch {
        throw error.adding("make cgroup \(location)")
      }
      if let leaf = try claimNew(name, in: parent, location, claim) { return leaf }
    }
    throw taken(location, "does not stay as it is")
  }

  /// - Returns: nil when another took it before it carried the claim.
  private static func claimNew(
    _ name: String, in parent: borrowing Descriptor, _ location: String, _ claim: CgroupClaim
  ) throws(RuntimeError) -> Shared<Descriptor>? {
    do {
      let leaf = try File.open(name, [.directory, .noFollow], at: parent)
      return try claim.write(on: leaf) ? Shared(leaf) : nil
    } catch {
      // The first error is the one to report.
      try? File.remove(name, isDirectory: true, at: parent)
      throw error.adding("make cgroup \(location)")
    }
  }

  private static func openOrMake(
    _ name: String, in parent: borrowing Descriptor
  ) throws(RuntimeError) -> Descriptor {
    let flags: OpenFlags = [.directory, .noFollow]
    do {
      return try File.open(name, flags, at: parent)
    } catch  where error.errno == ENOENT {
      do {
        try File.makeDirectory(name, at: parent)
      } catch  where error.errno == EEXIST {
        // Somebody else was quicker, and it is theirs.
        return try File.open(name, flags, at: parent)
      }
      let made = try File.open(name, flags, at: parent)
      do {
        try ExtendedAttribute.set(mark, to: Array("1".utf8), of: made)
      } catch {
        // Without the mark it outlives its last leaf, which harms nobody.
      }
      return made
    }
  }

  /// Enables the controllers of a plan for this cgroup that are not, in the cgroups
  /// above, from the root on.
  borrowing func enableControllers(
    for plan: LimitPlan, in hierarchy: borrowing CgroupHierarchy
  ) throws(RuntimeError) {
    let enabled = Controllers(list: try read("cgroup.controllers") ?? "")
    if enabled.isSuperset(of: plan.controllers) { return }
    var location = hierarchy.mountPoint
    do {
      var parent = try hierarchy.open()
      for component in path.components {
        _ = try Self.enable(plan.controllers, in: parent, location, for: plan)
        location += "/" + component
        parent = try File.open(component, [.directory, .noFollow], at: parent)
      }
    } catch {
      throw error.addingIfBare("cgroup \(location)")
    }
  }

  /// Enables controllers for the children of a cgroup.
  ///
  /// - Returns: those of the wanted ones that are enabled now; those that the
  ///   plan does not need may be missing.
  static func enable(
    _ wanted: Controllers, in directory: borrowing Descriptor, _ location: String,
    for plan: LimitPlan
  ) throws(RuntimeError) -> Controllers {
    if wanted.isEmpty { return [] }
    let name = "cgroup.subtree_control"
    var enabled: Controllers
    do {
      enabled = Controllers(list: try File.readControl(name, at: directory))
    } catch {
      throw error.adding("cgroup \(location)")
    }
    let missing = wanted.subtracting(enabled)
    if missing.isEmpty { return wanted }
    if hasOwnProcesses(directory) {
      if let needed = missing.intersection(plan.controllers).each.first {
        throw plan.error(
          enabling: needed, at: location, RuntimeError(call: "write", errno: EBUSY, subject: name))
      }
      return enabled.intersection(wanted)
    }
    do {
      try File.writeControl(missing.names.marked("+", separator: " "), to: name, at: directory)
      return wanted
    } catch {
      // One by one, to tell those that can be done without.
    }
    for controller in missing.each {
      do {
        try File.writeControl("+\(controller.names[0])", to: name, at: directory)
        enabled.insert(controller)
      } catch  where error.meansRemoved && !File.exists(name, at: directory) {
        throw error.addingIfBare("cgroup \(location)")
      } catch  where plan.controllers.contains(controller) {
        throw plan.error(enabling: controller, at: location, error)
      } catch {
        // No limit asks for it.
      }
    }
    return enabled.intersection(wanted)
  }

  /// Whether a cgroup other than the root has processes of its own.
  ///
  /// The kernel refuses most controllers there, but takes cpu, cpuset and pids
  /// alone and makes the cgroup a threaded domain, in which no process could
  /// be put into the new leaf any more. Only the root has no cgroup.type.
  private static func hasOwnProcesses(_ directory: borrowing Descriptor) -> Bool {
    guard File.exists("cgroup.type", at: directory) else { return false }
    do {
      return try !File.readSmall("cgroup.procs", at: directory).isEmpty
    } catch {
      // What is being written next fails with the better reason.
      return false
    }
  }
}

extension LimitPlan {
  fileprivate func error(
    enabling controller: Controllers, at location: String, _ error: RuntimeError
  ) -> RuntimeError {
    let name = controller.names[0]
    let what = "\(property(needing: controller)): the \(name) controller cannot be enabled below"
    return switch error.errno {
    case EBUSY:
      RuntimeError(
        .failed,
        "\(what) \(location): processes are in that cgroup itself, and cgroup v2 allows them"
          + " only in its leaves")
    case ENOENT:
      RuntimeError(.missingController, "\(what) \(location): that cgroup itself does not have it")
    case EOPNOTSUPP:
      RuntimeError(
        .failed, "\(what) \(location): that cgroup is threaded, and can limit only single threads")
    case EINVAL where controller == .cpu:
      RuntimeError(.failed, "\(what) \(location): realtime processes run there")
    default:
      error.adding("\(what) \(location)")
    }
  }
}
