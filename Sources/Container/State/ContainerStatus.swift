// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON
internal import Kernel
package import RuntimeSpec

/// A container as it is now: its record, and what the kernel says.
package struct ContainerStatus {
  /// What runp keeps of it.
  package let record: ContainerRecord
  /// Where in its life it is.
  package let state: ContainerState

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
    record = try directory.requireRecord(of: id)
    state = try Self.state(of: record, directory, context)
  }

  private static func state(
    of record: ContainerRecord, _ directory: borrowing StateDirectory, _ context: RuntimeContext
  ) throws(RuntimeError) -> ContainerState {
    if let creator = record.creator { return creator.isAlive ? .creating : .stopped }
    guard let process = record.initProcess, let found = try look(at: process) else {
      return .stopped
    }
    if found.phase != .living, record.hasEnded(context) { return .stopped }
    if found.name == StartGate.processName, directory.hasStartGate() { return .created }
    return isFrozen(record, context) ? .paused : .running
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
      throw RuntimeError(error, "look at the container's first process")
    }
  }

  private static func isFrozen(_ record: ContainerRecord, _ context: RuntimeContext) -> Bool {
    guard let recorded = record.cgroup else { return false }
    // A cgroup that cannot be read does not tell; the process lives.
    guard let cgroup = try? recorded.open(context) else { return false }
    return (try? cgroup.value.isFrozen()) ?? false
  }

  /// The document that `state` prints, and `list` an array of.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "ociVersion": .string(specVersion), "id": .string(record.id), "pid": JSONValue(pid),
      "status": .string(state.rawValue), "bundle": .string(record.bundle),
      "rootfs": .string(record.rootfs), "created": .string(record.created),
    ]
    if !record.annotations.isEmpty { document["annotations"] = JSONValue(record.annotations) }
    if let pod = record.pod { document["pod"] = .string(pod) }
    // Who that is, only a list says.
    document["owner"] = ""
    return .object(document)
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
