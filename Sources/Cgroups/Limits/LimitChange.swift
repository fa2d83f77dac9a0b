// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// The unit of systemd that a cgroup belongs to, and the systemd that knows it.
package struct ManagedUnit {
  private let manager: SystemdManager
  private let name: String

  /// Names a unit.
  package init(_ name: String, of manager: SystemdManager) {
    self.manager = manager
    self.name = name
  }

  func set(_ plan: LimitPlan) throws(RuntimeError) { try manager.set(plan, of: name) }

  /// Sets limits in place of former ones.
  ///
  /// systemd sets all properties or none. That it was late to answer and has set
  /// them is all that there can be to take back.
  func change(_ plan: LimitPlan, _ former: LimitPlan) throws(RuntimeError) {
    do throws(RuntimeError) {
      try set(plan)
    } catch {
      let failure = error
      do throws(RuntimeError) { try set(former) } catch {}
      throw failure
    }
  }

  func set(_ devices: [DeviceRule]) throws(RuntimeError) { try manager.set(devices, of: name) }
}

extension Cgroup {
  /// Changes limits of a cgroup that is in use: all that the plan has, or none
  /// when one of them cannot be set.
  ///
  /// systemd is told first: it writes files itself, some of them coarser.
  ///
  /// - Parameters:
  ///   - plan: the limits.
  ///   - hierarchy: the hierarchy, of which controllers are enabled that the
  ///     cgroup could be made without.
  ///   - unit: the unit that the cgroup belongs to; nil for none.
  /// - Returns: what `restore` needs to take the change back.
  /// - Throws: `RuntimeError` naming the property that could not be set.
  package borrowing func change(
    _ plan: LimitPlan, in hierarchy: borrowing CgroupHierarchy, _ unit: ManagedUnit?
  ) throws(RuntimeError) -> LimitPlan {
    let plan = unit == nil ? plan : plan.inStepsOfSystemd
    try plan.check(try hierarchy.controllers(), of: hierarchy)
    try enableControllers(for: plan, in: hierarchy)
    try checkUsage(plan)
    let (writes, former) = try compare(plan)
    try unit?.change(plan, former)
    do throws(RuntimeError) {
      try carryOut(writes, whateverFails: false)
      return former
    } catch {
      let failure = error
      do throws(RuntimeError) {
        try restore(former, unit)
      } catch {
        throw RuntimeError(
          failure.kind, "\(failure); what was changed before stays so: \(error)")
      }
      throw failure
    }
  }

  /// Sets the limits again that a change has replaced.
  ///
  /// - Throws: `RuntimeError` for the first that could not be set; all were tried.
  package borrowing func restore(
    _ former: LimitPlan, _ unit: ManagedUnit?
  ) throws(RuntimeError) {
    var failure: RuntimeError?
    do throws(RuntimeError) {
      try unit?.set(former)
    } catch {
      failure = error
    }
    try carryOut(former.writes, whateverFails: true)
    if let failure { throw failure }
  }

  /// Looks at what the files of a plan hold.
  ///
  /// - Returns: the writes in the order that the kernel needs, and those that take
  ///   them back.
  private borrowing func compare(
    _ plan: LimitPlan
  ) throws(RuntimeError) -> (writes: [LimitWrite], former: LimitPlan) {
    var writes: [LimitWrite] = []
    var former: [LimitWrite] = []
    for write in plan.writes {
      let back = self.back(from: write)
      // Room for what a lower limit of memory drives out is taken last.
      if write.file == "memory.max", let swap = writes.last, swap.file == "memory.swap.max",
        let before = former.last, before.file == swap.file, swap.isBelow(before)
      {
        writes.insert(write, at: writes.count - 1)
        if let back { former.insert(back, at: former.count - 1) }
        continue
      }
      writes.append(write)
      if write.file == "cpu.idle", let weight = present("cpu.weight"), weight != "0" {
        // Being idle takes the weight away.
        former.append(write.undone(in: "cpu.weight", to: weight))
      }
      if let back { former.append(back) }
    }
    var plan = LimitPlan()
    for write in former.reversed() { plan.append(write) }
    return (writes, plan)
  }

  /// What takes a write back, with its counterpart; nil when nothing is to be
  /// written for that.
  borrowing func back(from write: LimitWrite) -> LimitWrite? {
    let back = present(write.file).flatMap { write.undone(to: $0) }
    guard let second = write.second,
      let other = present(second.file).flatMap({ second.undone(to: $0) })
    else { return back }
    guard var back, case .text(let text) = other.value else { return other }
    back.counterpart = (other.file, text)
    return back
  }

  /// What a file holds; nil when it is not there, or cannot be read, as some that
  /// can only be written.
  private borrowing func present(_ file: String) -> String? {
    do {
      let text = try File.readControl(file, at: directory)
      return text.last == "\n" ? String(text.dropLast()) : text
    } catch {
      return nil
    }
  }
}
