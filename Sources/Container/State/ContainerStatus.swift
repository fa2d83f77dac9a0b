// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON
package import Kernel
package import RuntimeSpec

/// A container as it is now: its record, and what the kernel says.
package struct ContainerStatus {
  /// What runp keeps of it.
  package let record: ContainerRecord
  /// Where in its life it is.
  package let state: ContainerState
  /// Its cgroup, if that had to be looked at.
  private let cgroup: Shared<Cgroup>?

  /// The ID of its first process, 0 when there is none.
  package var pid: Int32 {
    state == .stopped || state == .creating ? 0 : record.initProcess?.pid ?? 0
  }

  /// Looks at a container.
  package static func load(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> ContainerStatus {
    try ContainerStatus(StateStore(root: context.root).open(id), id, context)
  }

  init(
    _ directory: borrowing StateDirectory, _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try self.init(directory.requireRecord(of: id), context)
  }

  init(_ record: ContainerRecord, _ context: RuntimeContext) throws(RuntimeError) {
    var cgroup: Shared<Cgroup>?
    self.record = record
    state = try Self.state(of: record, &cgroup, context)
    self.cgroup = cgroup
  }

  private static func state(
    of record: ContainerRecord, _ cgroup: inout Shared<Cgroup>?, _ context: RuntimeContext
  ) throws(RuntimeError) -> ContainerState {
    if let creator = record.creator { return creator.isAlive ? .creating : .stopped }
    guard let process = record.initProcess, let found = try look(at: process) else {
      return .stopped
    }
    if found.phase != .living, record.hasEnded(context) { return .stopped }
    // It waits at the start gate, or is on its way from there.
    if !found.hasExecuted { return .created }
    return state(ofProgramIn: record.cgroup, &cgroup, context)
  }

  /// The state of a container whose program runs, with its cgroup.
  static func state(
    ofProgramIn record: CgroupRecord?, _ cgroup: inout Shared<Cgroup>?, _ context: RuntimeContext
  ) -> ContainerState {
    // A cgroup that cannot be read does not tell; the process lives.
    cgroup = try? record?.open(context)
    return (try? cgroup?.value.isFrozen()) == true ? .paused : .running
  }

  /// Looks at the first process, if it is still there: one that cannot be looked
  /// at has not stopped for that.
  private static func look(
    at process: ProcessRecord
  ) throws(RuntimeError) -> Processes.Information? {
    do {
      guard let found = try Processes.look(at: process.pid) else { return nil }
      return found.startTime == process.startTime ? found : nil
    } catch {
      throw error.adding("look at the container's first process")
    }
  }

  /// How many of its processes the kernel has killed for want of memory; nil when
  /// nothing has counted that, or the count went with the cgroup.
  package func oomKillCount(_ context: RuntimeContext) -> UInt64? {
    // It only adds to the picture, which is right without it, too.
    let opened = cgroup == nil ? try? record.cgroup?.open(context) : cgroup
    guard let cgroup = opened else { return nil }
    return try? cgroup.value.oomKillCount()
  }

  /// The document that `state` prints.
  package func json(_ context: RuntimeContext) -> JSONValue {
    // Who its owner is, only a list says.
    var document = ListedContainer(self).json()
    if let kills = oomKillCount(context) { document["oomKills"] = JSONValue(kills) }
    return document
  }
}

extension StateDirectory {
  /// Reads the record, which must be there.
  ///
  /// - Throws: `RuntimeError` of kind `notFound` when there is none.
  borrowing func requireRecord(of id: String) throws(RuntimeError) -> ContainerRecord {
    if let record = try read() { return record }
    // Killed before it had written a word, or about to write it.
    throw RuntimeError(.notFound, "container does not exist: \(id) has no state yet")
  }
}
