// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import Kernel

extension Supervision {
  /// Sees to whatever happens until something is the case.
  func loop(until isDone: () -> Bool) throws(RuntimeError) {
    while !isDone() {
      let ready = try wait(for: containers.all, until: nextDeadline)
      for container in containers.all {
        for stream in container.streams where isReady(stream.watched, ready) { stream.relay() }
      }
      if ready.contains(signals.descriptor.value) { try takeSignals() }
      noticeBrokenOutput()
      for container in containers.all where isReady(container.process, ready) {
        try takeEnd(of: container)
      }
      try restartDue()
      try shutdown?.advance()
    }
  }

  private func isReady(_ watched: Shared<Descriptor>?, _ ready: PollSet.Ready) -> Bool {
    guard let watched else { return false }
    return ready.contains(watched.value)
  }

  /// Waits for signals, for containers and for readers that are slow or go.
  ///
  /// - Returns: of what there is something to be taken.
  private func wait(
    for containers: [SupervisedContainer], until deadline: Deadline?
  ) throws(RuntimeError) -> PollSet.Ready {
    var waited = PollSet()
    waited.add(signals.descriptor.value, .readable)
    for container in containers {
      if let process = container.process { waited.add(process.value, .readable) }
      for stream in container.streams {
        if let source = stream.watched { waited.add(source.value, .readable) }
      }
    }
    for destination in output.destinations {
      if let stream = destination.watched {
        waited.add(stream.value, destination.isBehind ? .writable : [])
      }
    }
    let ready: PollSet.Ready
    do {
      ready = try waited.wait(until: deadline)
    } catch {
      throw error.adding("wait for the containers")
    }
    for destination in output.destinations { serve(destination, ready) }
    return ready
  }

  private func serve(_ destination: OutputDestination, _ ready: PollSet.Ready) {
    guard let stream = destination.watched else { return }
    let events = ready.events(of: stream.value)
    if events.isEmpty { return }
    if !events.isDisjoint(with: .gone) { destination.losesReader() } else { destination.flush() }
  }

  private var nextDeadline: Deadline? {
    // A container that nobody listens to is not started again before somebody
    // does.
    let hasRoom = output.hasRoom
    var deadlines = containers.all.compactMap { container -> Deadline? in
      guard hasRoom else { return nil }
      return if case .waiting(let deadline) = container.phase { deadline } else { nil }
    }
    if !deadlines.isEmpty { deadlines.append(.after(milliseconds: Self.glance)) }
    if let deadline = shutdown?.deadline { deadlines.append(deadline) }
    return deadlines.min { $0.millisecondsLeft < $1.millisecondsLeft }
  }

  /// How often somebody who waits to start a container looks whether that is
  /// still wanted, in milliseconds.
  private static let glance: UInt64 = 500

  private func takeSignals() throws(RuntimeError) {
    while let signal = signals.next() {
      if shutdown == nil {
        output.say("stopping the pod\(signal == SIGINT ? ", once more kills it" : "")")
        beginShutdown()
      } else {
        output.hurry()
        try shutdown?.killAll()
      }
    }
  }
}

// MARK: - The readers

extension Supervision {
  private func noticeBrokenOutput() {
    guard output.isBroken else { return }
    if output.reportFailure() { failure = failure ?? 1 }
    if shutdown == nil { beginShutdown() }
  }

  /// Waits until the readers have taken everything: for as long as they need,
  /// or with a limit when somebody wants the pod to end.
  func finishOutput() throws(RuntimeError) {
    var left = output.pendingCount
    var patience = Lifecycle.patience
    while left > 0 {
      let isAsked = shutdown != nil || isTakenOver
      let ready = try wait(for: [], until: isAsked ? patience : nil)
      if ready.contains(signals.descriptor.value) || (isAsked && patience.hasPassed) {
        output.hurry()
      }
      let now = output.pendingCount
      if now < left { patience = Lifecycle.patience }
      left = now
    }
    noticeBrokenOutput()
  }
}
