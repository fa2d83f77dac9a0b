// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// What happens in a cgroup, as it happens: its files of events are watched, and
/// nothing is asked again and again.
package final class CgroupWatch {
  /// Something that has happened.
  package enum Happening: Sendable, Equatable {
    /// The kernel has killed a process for want of memory.
    case outOfMemory
    /// A process could not be made because there are as many as may be.
    case noMoreProcesses
    /// The last process has ended, or the cgroup is gone.
    case empty
  }

  /// A counter in a file that says when it has changed.
  private struct Counter {
    let file: Shared<Descriptor>
    let key: String
    var count: UInt64
    /// Whether it went with the cgroup, and may have gone further before.
    var isLost = false

    /// - Returns: nil when the cgroup has no such file.
    init?(_ name: String, _ key: String, of cgroup: borrowing Cgroup) throws(RuntimeError) {
      do {
        file = Shared(try File.open(name, at: cgroup.directory))
        self.key = key
        count = try Self.read(key, file) ?? 0
      } catch {
        if error.meansRemoved { return nil }
        throw error.adding("watch cgroup \(cgroup.path)")
      }
    }

    static func read(_ key: String, _ file: Shared<Descriptor>) throws(RuntimeError) -> UInt64? {
      Cgroup.value(of: key, in: String(decoding: try File.readAgain(file.value), as: UTF8.self))
    }

    /// How far it has gone since it was last asked; the wait that follows is for
    /// what comes after this reading.
    mutating func advance() -> UInt64 {
      do {
        guard let now = try Self.read(key, file), now > count else { return 0 }
        defer { count = now }
        return now - count
      } catch {
        isLost = true
        return 0
      }
    }
  }

  private let population: Shared<Descriptor>
  private var memory: Counter?
  private var pids: Counter?
  /// Whether a process was in the cgroup when it was last looked at.
  private var wasPopulated: Bool
  /// Whether the cgroup is gone, and so there is nothing more to wait for.
  package private(set) var isGone: Bool
  /// Whether processes may have been killed for want of memory without being
  /// told of: the count went with the cgroup, as it does with a scope of systemd
  /// once that is empty.
  package var isKillCountLost: Bool { memory?.isLost == true }

  /// Starts to watch a cgroup, unless it is gone: from here on nothing is missed.
  ///
  /// - Parameters:
  ///   - cgroup: the cgroup.
  ///   - own: whether only what its own limits do counts, and not what is
  ///     counted in the cgroups below it as well.
  /// - Throws: `RuntimeError` when it cannot be watched.
  package init?(_ cgroup: borrowing Cgroup, own: Bool = false) throws(RuntimeError) {
    guard let events = try cgroup.events() else { return nil }
    population = events
    wasPopulated = false
    isGone = false
    // Who is killed for its limit is in a cgroup below, and counted there.
    memory =
      try own
      ? Counter("memory.events.local", "oom", of: cgroup)
      : Counter("memory.events", "oom_kill", of: cgroup)
    pids = try Counter(own ? "pids.events.local" : "pids.events", "max", of: cgroup)
    wasPopulated = look()
  }

  /// - Returns: whether a process is in the cgroup.
  private func look() -> Bool {
    do {
      let text = String(decoding: try File.readAgain(population.value), as: UTF8.self)
      return Cgroup.value(of: "populated", in: text) == 1
    } catch {
      // What cannot be read any more is gone.
      isGone = true
      return false
    }
  }

  /// Adds what is to be waited for; after the wait, `take` tells what it was.
  package func add(to set: inout PollSet) {
    set.add(population.value, .changed)
    if let memory { set.add(memory.file.value, .changed) }
    if let pids { set.add(pids.file.value, .changed) }
  }

  /// What has happened since this was last asked, the end last.
  package func take() -> [Happening] {
    // Whatever led to the end has been counted when that is seen.
    let isPopulated = look()
    var happenings: [Happening] = []
    for _ in 0..<(memory?.advance() ?? 0) { happenings.append(.outOfMemory) }
    if let count = pids?.advance(), count > 0 { happenings.append(.noMoreProcesses) }
    if wasPopulated && !isPopulated { happenings.append(.empty) }
    wasPopulated = isPopulated
    return happenings
  }
}
