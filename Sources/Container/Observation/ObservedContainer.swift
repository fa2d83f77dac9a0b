// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import JSON
package import Kernel

/// A container whose counters are read, and of which it is told what happens in
/// it, a line of JSON each.
package final class ObservedContainer {
  /// What is kept of the container.
  package let record: ContainerRecord
  /// Whether its first process, or all that is in its cgroup, has ended.
  package private(set) var hasEnded = false

  private let cgroup: Shared<Cgroup>
  private let watch: CgroupWatch
  private let process: Shared<Descriptor>
  private let pid: Int32

  /// Starts to observe a container that has been looked at: from here on nothing
  /// is missed.
  ///
  /// - Throws: `RuntimeError`; of kind `wrongState` when it does not run.
  package init(_ status: ContainerStatus, _ context: RuntimeContext) throws(RuntimeError) {
    record = status.record
    pid = status.pid
    let notRunning = Self.notRunning(status.record.id)
    if status.pid == 0 { throw notRunning }
    guard let recorded = record.cgroup else {
      throw RuntimeError(.failed, "it has no cgroup, and only for those the kernel keeps counters")
    }
    guard let cgroup = try recorded.open(context), let watch = try CgroupWatch(cgroup.value),
      let process = try record.initProcess?.open()
    else { throw notRunning }
    self.cgroup = cgroup
    self.watch = watch
    self.process = process
  }

  /// What is said of a container that does not run.
  static func notRunning(_ id: String) -> RuntimeError {
    RuntimeError(.wrongState, "container with id \(id) is not running")
  }

  /// Adds what is to be waited for; after the wait, `take` tells what it was.
  package func add(to set: inout PollSet) {
    watch.add(to: &set)
    set.add(process.value, .readable)
  }

  /// What has happened since this was last asked; the container's end comes last.
  package func take() throws(RuntimeError) -> [EventLine] {
    if try process.value.waitUntilReadable(until: .now) { hasEnded = true }
    let happenings = watch.take()
    if happenings.contains(.empty) || watch.isGone { hasEnded = true }
    var lines = happenings.compactMap { EventLine($0, of: record.id) }
    if hasEnded { lines.append(Self.end(of: record, isKillCountLost: watch.isKillCountLost)) }
    return lines
  }

  /// What there is to be told of a container that was not observed before it had
  /// ended.
  package static func missed(
    _ record: ContainerRecord, _ context: RuntimeContext
  ) -> [EventLine] {
    // What cannot be read is not known.
    let cgroup = try? record.cgroup?.open(context)
    let kills = cgroup.flatMap { try? $0.value.oomKillCount() } ?? 0
    return (0..<kills).map { _ in EventLine("oom", of: record.id) }
      + [end(of: record, isKillCountLost: record.cgroup != nil && cgroup == nil)]
  }

  /// The last line; a count of null is not known, and not 0.
  private static func end(of record: ContainerRecord, isKillCountLost: Bool) -> EventLine {
    EventLine("end", of: record.id, isKillCountLost ? ["oomKills": .null] : nil)
  }

  /// What the kernel counts of it now; nil when its cgroup is gone.
  package func statistics() throws(RuntimeError) -> EventLine? {
    guard var data = try cgroup.value.statistics() else { return nil }
    data["network_interfaces"] = try networkInterfaces()
    return EventLine("stats", of: record.id, .object(data))
  }

  /// The counters of its interfaces; null where it has the host's.
  private func networkInterfaces() throws(RuntimeError) -> JSONValue {
    guard record.namespaces.all.contains(.network) else { return .null }
    do {
      let counters = try NetworkCounters.read(of: pid)
      // Otherwise they may be those of a later process of the ID.
      return try process.value.waitUntilReadable(until: .now) ? .null : counters
    } catch {
      // It has ended.
      if error.errno == ENOENT || error.errno == ESRCH || error.errno == EINVAL { return .null }
      throw error
    }
  }
}
