// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

extension Cgroup {
  /// Sets the limits of a plan.
  ///
  /// - Throws: `RuntimeError` naming the property that could not be set; those
  ///   before it are set.
  package borrowing func apply(_ plan: LimitPlan) throws(RuntimeError) {
    try checkUsage(plan)
    try carryOut(plan.writes, whateverFails: false)
  }

  /// Fails when more memory is in use than the plan allows for.
  borrowing func checkUsage(_ plan: LimitPlan) throws(RuntimeError) {
    if plan.usageBounds.isEmpty { return }
    guard let usage = try memoryUsage() else { return }
    for bound in plan.usageBounds where usage >= bound.bytes {
      // Callers look for what runc says.
      throw LimitPlan.invalid(
        bound.property,
        "rejecting \(bound.name) \(bound.bytes) <= usage \(usage), as checkBeforeUpdate is set")
    }
  }

  /// Writes what a plan has.
  ///
  /// - Throws: `RuntimeError` for the first write that failed; with `whateverFails`
  ///   the others were done all the same.
  borrowing func carryOut(
    _ writes: [LimitWrite], whateverFails: Bool
  ) throws(RuntimeError) {
    var postponed: LimitWrite?
    var failure: RuntimeError?
    for write in writes {
      do throws(RuntimeError) {
        try apply(write, isBack: whateverFails)
        if let late = postponed {
          postponed = nil
          try apply(late, isBack: whateverFails)
        }
      } catch {
        if write.mayComeAfterNext, error.errno == EINVAL {
          postponed = write
          continue
        }
        if !whateverFails { throw error }
        failure = failure ?? error
      }
    }
    if let postponed { try apply(postponed, isBack: whateverFails) }
    if let failure { throw failure }
  }

  private borrowing func memoryUsage() throws(RuntimeError) -> UInt64? {
    try read("memory.current").flatMap { UInt64($0.prefix { $0 != "\n" }) }
  }

  /// Carries a write out; one that takes another back need not be possible where
  /// the file holds what it did, as one does that can only be read.
  private borrowing func apply(_ write: LimitWrite, isBack: Bool) throws(RuntimeError) {
    do throws(RuntimeError) {
      try apply(write)
    } catch {
      if isBack, back(from: write) == write { return }
      throw error
    }
  }

  private borrowing func apply(_ write: LimitWrite) throws(RuntimeError) {
    var isSet = try set(write)
    if let second = write.second, try set(second) { isSet = true }
    if !isSet, write.isRequired { throw missing(write) }
    if write.file == "cpuset.cpus.partition" { try checkPartition(write) }
  }

  /// - Returns: false when the cgroup has nothing that could be set.
  private borrowing func set(_ write: LimitWrite) throws(RuntimeError) -> Bool {
    do {
      try File.writeControl(try text(of: write), to: write.file, at: directory)
      return true
    } catch  where error.errno == ENOENT {
      return false
    } catch  where error.errno == EOPNOTSUPP && write.counterpart != nil {
      // The file is for another scheduler than the device's.
      return false
    } catch {
      throw error.adding("\(write.property): cgroup \(path)")
    }
  }

  /// Fails when the kernel has taken a partition of processors, but cannot make
  /// it one: it does not refuse the write, and says so in the file.
  private borrowing func checkPartition(_ write: LimitWrite) throws(RuntimeError) {
    guard let state = try read(write.file) else { return }
    let words = state.prefix { $0 != "\n" }
    guard words.split(separator: " ").dropFirst().first == "invalid" else { return }
    throw RuntimeError(.failed, "\(write.property): cgroup \(path) is no partition: \(words)")
  }

  private borrowing func text(of write: LimitWrite) throws(RuntimeError) -> String {
    switch write.value {
    case .text(let text):
      return text
    case .afterFirstWord(let text):
      let words = try File.readControl(write.file, at: directory).split(separator: " ")
      return "\(words.first ?? "max") \(text)"
    }
  }

  private borrowing func missing(_ write: LimitWrite) -> RuntimeError {
    let files = [write.file] + (write.counterpart.map { [$0.file] } ?? [])
    if files.contains(where: { File.exists($0, at: directory) }) {
      return RuntimeError(
        .failed, "\(write.property): cgroup \(path): the device's scheduler goes by no weights")
    }
    let name = write.controller.names.first
    let reason =
      if let name, !isEnabled(write.controller) {
        "the \(name) controller is not enabled for it"
      } else {
        "the kernel has no such control"
      }
    return RuntimeError(
      .missingController, "\(write.property): cgroup \(path) has no file \(write.file): \(reason)")
  }

  private borrowing func isEnabled(_ controller: Controllers) -> Bool {
    do {
      return Controllers(list: try read("cgroup.controllers") ?? "").isSuperset(of: controller)
    } catch {
      // It only words the error that is on its way.
      return false
    }
  }
}
