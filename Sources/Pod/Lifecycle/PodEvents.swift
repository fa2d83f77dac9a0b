// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Container
internal import JSON
internal import Kernel

extension PodLifecycle {
  /// What the kernel counts of a pod and of its containers that run now; the
  /// pod's own line, where it has a cgroup, comes first.
  package static func statistics(
    of id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> [EventLine] {
    try ObservedPod(try PodHandle.open(id, context)).statistics()
  }

  /// Tells what happens in a pod and its containers, as it happens, and their
  /// counters again and again, until the pod is gone.
  ///
  /// What joins the pod is seen when it is looked at the counters next.
  ///
  /// - Parameters:
  ///   - id: the pod.
  ///   - interval: the time between two looks at the counters in milliseconds.
  ///   - context: what holds for the command.
  ///   - tell: gets each line.
  /// - Throws: `RuntimeError`, and what `tell` throws.
  package static func follow(
    _ id: String, interval: UInt64, _ context: RuntimeContext,
    _ tell: (EventLine) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let pod = try ObservedPod(try PodHandle.open(id, context))
    var next = Deadline.after(milliseconds: interval)
    while true {
      for line in try pod.take(until: next) { try tell(line) }
      if pod.hasEnded { return try tell(EventLine("end", of: nil)) }
      if next.hasPassed {
        try pod.findContainers()
        for line in try pod.statistics() { try tell(line) }
        next = .after(milliseconds: interval)
      }
    }
  }
}

/// A pod that is observed with its containers.
private final class ObservedPod {
  private let pod: PodHandle
  private let cgroup: Shared<Cgroup>?
  private let watch: CgroupWatch?
  private var containers: [ObservedContainer] = []

  init(_ pod: PodHandle) throws(RuntimeError) {
    self.pod = pod
    do {
      let cgroup = try pod.state?.cgroup?.open(pod.context)
      self.cgroup = cgroup
      watch = try cgroup.flatMap { try CgroupWatch($0.value, own: true) }
    } catch {
      throw RuntimeError(error)
    }
    try findContainers()
  }

  /// Whether the pod is gone.
  var hasEnded: Bool { pod.directory.isGone() || watch?.isGone == true }

  /// Observes the containers that have come.
  func findContainers() throws(RuntimeError) {
    for member in try Members.all(of: pod) where member.pid != 0 {
      if containers.contains(where: { $0.record.created == member.record.created }) { continue }
      do {
        containers.append(try ObservedContainer(member, pod.context))
      } catch  where error.kind == .wrongState {
        // It has ended since it was listed.
      } catch {
        throw error.adding("container \(member.record.id)")
      }
    }
  }

  /// Waits for something to happen.
  func take(until deadline: Deadline) throws(RuntimeError) -> [EventLine] {
    var set = PollSet()
    watch?.add(to: &set)
    for container in containers { container.add(to: &set) }
    do {
      _ = try set.wait(until: deadline)
    } catch {
      throw RuntimeError(error, "wait for events")
    }
    var lines = watch?.take().compactMap { EventLine($0, of: nil) } ?? []
    for container in containers { lines += try container.take() }
    containers.removeAll { $0.hasEnded }
    return lines
  }

  /// The counters of the pod and of each container.
  func statistics() throws(RuntimeError) -> [EventLine] {
    var lines: [EventLine] = []
    do {
      if let cgroup {
        lines.append(EventLine("stats", of: nil, .object(try cgroup.value.statistics())))
      }
    } catch {
      throw RuntimeError(error)
    }
    for container in containers { lines.append(try container.statistics()) }
    return lines
  }
}
