// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Container
internal import Glibc
internal import JSON
package import Kernel

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
  /// What joins the pod is seen when it comes.
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
    let handle = try PodHandle.open(id, context)
    let pod = try ObservedPod(handle, arrivals(of: handle, context))
    var next = Deadline.after(milliseconds: interval)
    while !pod.hasEnded {
      for line in try pod.take(until: next) { try tell(line) }
      if next.hasPassed, !pod.hasEnded {
        for line in try pod.findContainers() + pod.statistics() { try tell(line) }
        next = .after(milliseconds: interval)
      }
    }
    try tell(EventLine("end", of: nil))
  }

  /// - Returns: nil when the user may watch no more directories: then what joins
  ///   the pod is seen when it is looked at the counters next.
  private static func arrivals(
    of pod: PodHandle, _ context: RuntimeContext
  ) throws(RuntimeError) -> PodArrivals? {
    do throws(RuntimeError) {
      return try PodArrivals(pod)
    } catch {
      if error.errno == ENOENT { throw pod.notFound }
      context.warn(PodArrivals.missing(error))
      return nil
    }
  }
}

/// A pod that is observed with its containers.
private final class ObservedPod {
  private let pod: PodHandle
  private let cgroup: Shared<Cgroup>?
  private let watch: CgroupWatch?
  private let arrivals: PodArrivals?
  private var containers: [ObservedContainer] = []
  /// When those were created that have been seen, with their IDs.
  private var known: Set<[String]> = []
  /// Whether it was said that some of what comes is seen late.
  private var isShortOfWatches = false

  /// Starts to observe a pod and its containers, and those that come as soon as
  /// `arrivals` tells of them.
  init(_ pod: PodHandle, _ arrivals: PodArrivals? = nil) throws(RuntimeError) {
    self.pod = pod
    self.arrivals = arrivals
    let cgroup = try pod.state?.cgroup?.open(pod.context)
    self.cgroup = cgroup
    watch = if let cgroup { try CgroupWatch(cgroup.value, own: true) } else { nil }
    // Of what has ended before nothing is told.
    _ = try findContainers()
  }

  /// Whether the pod is gone.
  var hasEnded: Bool { pod.directory.isGone() || watch?.isGone == true }

  /// Observes the containers that have come.
  ///
  /// - Returns: what is to be told of those that have come and ended meanwhile.
  func findContainers() throws(RuntimeError) -> [EventLine] {
    try expectMembers()
    var lines: [EventLine] = []
    var found: Set<[String]> = []
    // What is being created, or was left in the middle of that, is none yet.
    for member in try Members.all(of: pod) where member.record.creator == nil {
      let id = member.record.id
      found.insert([id, member.record.created])
      if known.contains([id, member.record.created]) { continue }
      do {
        containers.append(try ObservedContainer(member, pod.context))
      } catch  where error.kind == .wrongState {
        lines += ObservedContainer.missed(member.record, pod.context)
      } catch {
        throw error.adding("container \(id)")
      }
    }
    known = found
    return lines
  }

  private func expectMembers() throws(RuntimeError) {
    guard let arrivals else { return }
    let seen = Set(containers.map { $0.record.id })
    do {
      for id in try pod.directory.memberIDs() where !seen.contains(id) { try arrivals.expect(id) }
    } catch  where error.errno == ENOSPC {
      // A container's processes can use up what its user may watch.
      if !isShortOfWatches { pod.context.warn(PodArrivals.missing(error)) }
      isShortOfWatches = true
    } catch {
      throw error.adding("watch the containers of pod \(pod.id)")
    }
  }

  /// Waits for something to happen.
  func take(until deadline: Deadline) throws(RuntimeError) -> [EventLine] {
    var set = PollSet()
    watch?.add(to: &set)
    arrivals?.add(to: &set)
    for container in containers { container.add(to: &set) }
    let ready: PollSet.Ready
    do {
      ready = try set.wait(until: deadline)
    } catch {
      throw error.adding("wait for events")
    }
    var lines = watch?.take().compactMap { EventLine($0, of: nil) } ?? []
    for container in containers { lines += try container.take() }
    containers.removeAll { $0.hasEnded }
    if arrivals?.take(ready) == true { lines += try findContainers() }
    return lines
  }

  /// The counters of the pod and of each container.
  func statistics() throws(RuntimeError) -> [EventLine] {
    var lines: [EventLine] = []
    if let data = try cgroup?.value.statistics() {
      lines.append(EventLine("stats", of: nil, .object(data)))
    }
    for container in containers {
      if let line = try container.statistics() { lines.append(line) }
    }
    return lines
  }
}
