// SPDX-License-Identifier: Apache-2.0

package import Container
internal import Glibc
internal import Kernel

/// Runs a pod in the foreground: the kubelet of one pod for one terminal.
///
/// One loop waits for everything: output, ends of containers, signals, delays.
package final class PodSupervisor {
  private let id: String
  private let document: PodDocument
  private let context: RuntimeContext
  private let initContainers: [SupervisedContainer]
  /// In the order in which they are started.
  private let containers: [SupervisedContainer]
  private let output: OutputDestination
  private let errors: OutputDestination
  private let labels: OutputLabels
  private let signals: Shared<Descriptor>
  /// The status of the first container that failed for good.
  private var failure: Int32?
  private var shutdown: Shutdown?
  /// Whether somebody else is stopping or has removed the pod.
  private var isTakenOver = false
  /// Which pod of the ID is looked after.
  private var instance = ""
  private var hasReportedOutput = false

  /// Reads the bundles; nothing is made yet.
  package init(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) {
    self.id = id
    self.document = document
    self.context = context
    let bundles = try PodBundles(document.spec, directory: document.directory)
    let ordered = try bundles.ordered()
    let all = document.spec.initContainers + ordered
    do {
      output = try OutputDestination(number: 1)
      errors = try OutputDestination(number: 2)
      labels = OutputLabels(all.map(\.id))
      signals = Shared(
        try Signals.descriptor(for: Self.signalsToTake()))
    } catch {
      throw RuntimeError(error, "run the pod")
    }
    // Writing to a reader that is gone is an error like any other.
    Signals.ignore(SIGPIPE)
    var supervised: [SupervisedContainer] = []
    for container in all {
      supervised.append(
        try SupervisedContainer(
          container, try bundles.bundle(of: container), pod: id, context,
          output: OutputStream(
            label: labels.label(container.id, coloured: output.isColoured), to: output),
          errors: OutputStream(
            label: labels.label(container.id, coloured: errors.isColoured), to: errors)))
    }
    initContainers = Array(supervised.prefix(document.spec.initContainers.count))
    containers = Array(supervised.dropFirst(document.spec.initContainers.count))
  }

  /// Makes the pod, runs it until its containers have ended, and removes it.
  ///
  /// - Returns: the exit status of the first container that failed for good,
  ///   without those that were stopped; 0 when there was none.
  package func run() throws(RuntimeError) -> Int32 {
    instance = try Sandbox.make(id, document, context).state.instance
    do {
      for container in containers { try container.create(in: instance) }
      try PodLifecycle.finish(id, instance, starting: true, context)
      noticeTakeover()
      // Another command may have looked for containers before all were there.
      if isTakenOver { beginShutdown() }
      try runInitContainers()
      for container in containers where !isEnding {
        try unlessTakenOver(container) { () throws(RuntimeError) in try container.start() }
      }
      if failure != nil { beginShutdown() }
      if !isEnding { try recordStart() }
      try loop { self.containers.allSatisfy(\.isOver) }
      for container in initContainers + containers { try container.remove() }
    } catch {
      PodLifecycle.undo(id, instance, context)
      // What the containers have said may explain it; the error is reported
      // whether it can be written or not.
      try? finishOutput()
      throw error
    }
    try PodLifecycle.delete(id, instance, context)
    try finishOutput()
    return failure ?? 0
  }

  /// From here on another command may start what joins the pod.
  private func recordStart() throws(RuntimeError) {
    do {
      try PodLifecycle.change(id, instance, context) { state throws(RuntimeError) in
        state.isInitialized = true
        state.starter = nil
      }
    } catch {
      noticeTakeover()
      if !isTakenOver { throw error }
    }
  }

  private func runInitContainers() throws(RuntimeError) {
    for container in initContainers where !isEnding {
      try unlessTakenOver(container) { () throws(RuntimeError) in
        try container.create(in: instance)
        try container.start()
      }
      try loop { container.isOver }
      try container.remove()
    }
  }

  /// Whether nothing is started any more.
  private var isEnding: Bool { shutdown != nil || isTakenOver || failure != nil }

  /// Starts a container, unless another command is ending the pod, which may
  /// well be why it cannot be started.
  private func unlessTakenOver(
    _ container: SupervisedContainer, _ start: () throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    noticeTakeover()
    if isTakenOver { return }
    do {
      try start()
    } catch {
      noticeTakeover()
      if !isTakenOver { throw error }
      return try container.giveUp()
    }
    noticeTakeover()
    // The other command may have looked for containers before this one came.
    if isTakenOver { beginShutdown() }
  }

  // MARK: - The loop

  private func loop(until isDone: () -> Bool) throws(RuntimeError) {
    while !isDone() {
      let live = initContainers + containers
      let ready = try wait(for: live, until: nextDeadline)
      for container in live {
        for stream in container.streams where stream.number.map(ready.contains) == true {
          stream.relay()
        }
      }
      if ready.contains(signals.number) { try takeSignals() }
      noticeBrokenOutput()
      for container in live where (container.process?.number).map(ready.contains) == true {
        try takeEnd(of: container)
      }
      try restartDue()
      try shutdown?.advance()
    }
  }

  /// Waits for signals, for containers and for readers that are slow or go.
  ///
  /// - Returns: the descriptors of which there is something to be taken.
  private func wait(
    for containers: [SupervisedContainer], until deadline: Deadline?
  ) throws(RuntimeError) -> Set<Int32> {
    var waited = PollSet()
    waited.add(signals.number, .readable)
    for container in containers {
      if let process = container.process { waited.add(process.number, .readable) }
      for stream in container.streams {
        if let number = stream.number { waited.add(number, .readable) }
      }
    }
    for destination in [output, errors] {
      if let number = destination.number {
        waited.add(number, destination.isBehind ? .writable : [])
      }
    }
    let ready: [Int32: PollSet.Events]
    do {
      ready = try waited.wait(until: deadline)
    } catch {
      throw RuntimeError(error, "wait for the containers")
    }
    for destination in [output, errors] {
      guard let events = destination.number.flatMap({ ready[$0] }) else { continue }
      if !events.isDisjoint(with: .gone) { destination.losesReader() } else { destination.flush() }
    }
    return Set(ready.keys)
  }

  private func noticeBrokenOutput() {
    guard output.isBroken || errors.isBroken else { return }
    if !hasReportedOutput {
      hasReportedOutput = true
      if let error = output.failure ?? errors.failure {
        say("\(RuntimeError(error, "pass on the output of the containers")), stopping the pod")
        failure = failure ?? 1
      }
    }
    if shutdown == nil { beginShutdown() }
  }

  /// Waits until the readers have taken everything: for as long as they need,
  /// or with a limit when somebody wants the pod to end.
  private func finishOutput() throws(RuntimeError) {
    var left = output.pendingCount + errors.pendingCount
    var patience = Deadline.after(milliseconds: Self.patience)
    while left > 0 {
      let isAsked = shutdown != nil || isTakenOver
      let ready = try wait(for: [], until: isAsked ? patience : nil)
      if ready.contains(signals.number) || (isAsked && patience.hasPassed) { hurryOutput() }
      let now = output.pendingCount + errors.pendingCount
      if now < left { patience = .after(milliseconds: Self.patience) }
      left = now
    }
    noticeBrokenOutput()
  }

  private func hurryOutput() {
    output.hurry()
    errors.hurry()
  }

  /// How long a reader may take nothing when the pod was asked to end, in
  /// milliseconds.
  private static let patience: UInt64 = 10_000

  /// How often somebody who waits to start a container looks whether that is
  /// still wanted, in milliseconds.
  private static let glance: UInt64 = 500

  private var nextDeadline: Deadline? {
    // A container that nobody listens to is not started again before somebody
    // does.
    let hasRoom = output.hasRoom && errors.hasRoom
    var deadlines = (initContainers + containers).compactMap { container -> Deadline? in
      guard hasRoom else { return nil }
      return if case .waiting(let deadline) = container.phase { deadline } else { nil }
    }
    if !deadlines.isEmpty { deadlines.append(.after(milliseconds: Self.glance)) }
    if let deadline = shutdown?.deadline { deadlines.append(deadline) }
    return deadlines.min { $0.millisecondsLeft < $1.millisecondsLeft }
  }

  /// The signals that end the pod: not SIGHUP when it was ignored from the
  /// start, which is how nohup(1) asks to go on without the terminal.
  ///
  /// A shell without job control ignores SIGINT for whatever is in the
  /// background, wanted or not, so that one counts all the same.
  private static func signalsToTake() throws(SystemError) -> UInt64 {
    let title = "SigIgn:"
    let line = try File.readText("/proc/self/status").split(separator: "\n")
      .first { $0.hasPrefix(title) }
    let mask = line?.dropFirst(title.count).drop { $0 == "\t" } ?? ""
    let ignored = UInt64(mask, radix: 16) ?? 0
    return Signals.mask([SIGINT, SIGTERM]) | (Signals.mask([SIGHUP]) & ~ignored)
  }

  private func takeSignals() throws(RuntimeError) {
    while let signal = Signals.next(signals.value) {
      if shutdown == nil {
        say("stopping the pod\(signal == SIGINT ? ", once more kills it" : "")")
        beginShutdown()
      } else {
        hurryOutput()
        try shutdown?.killAll()
      }
    }
  }

  private func beginShutdown() {
    endAbsent()
    shutdown = shutdown ?? Shutdown((initContainers + containers).reversed())
  }

  /// Has containers without a process stay so.
  private func endAbsent() {
    for container in initContainers + containers {
      switch container.phase {
      case .waiting, .absent: container.end()
      case .created, .running, .over: break
      }
    }
  }

  // MARK: - The end of a container

  private func takeEnd(of container: SupervisedContainer) throws(RuntimeError) {
    guard let status = try container.takeStatus() else { return }
    noticeTakeover()
    if shutdown != nil || isTakenOver { return container.end() }
    let id = container.container.id
    if wantsRestart(container, status.code) {
      let delay = container.backoff.delay(ranLong: container.ranLong)
      say("\(id) \(Self.words(status)), starting it again in \(delay) ms")
      return container.wait(milliseconds: delay)
    }
    say("\(id) \(Self.words(status))")
    end(container, status.code)
  }

  /// Has a container ended for good.
  private func end(_ container: SupervisedContainer, _ code: Int32) {
    container.end()
    if code != 0, failure == nil { failure = code }
    let isInit = initContainers.contains { $0 === container }
    if isInit ? code != 0 : document.spec.exitPolicy == .stop { beginShutdown() }
  }

  private func wantsRestart(_ container: SupervisedContainer, _ code: Int32) -> Bool {
    switch container.container.restartPolicy {
    case .always: true
    case .onFailure: code != 0
    case .never: false
    }
  }

  private static func words(_ status: ExitStatus) -> String {
    switch status {
    case .exited(let code): "ended with exit status \(code)"
    case .signalled(let signal): "was killed by signal \(signal)"
    }
  }

  private func restartDue() throws(RuntimeError) {
    guard output.hasRoom, errors.hasRoom else { return }
    for container in initContainers + containers {
      guard case .waiting(let deadline) = container.phase else { continue }
      noticeTakeover()
      if isTakenOver || !deadline.hasPassed { continue }
      do {
        try container.restart(in: instance)
        noticeTakeover()
        // The other command may have looked for containers before this one came.
        if isTakenOver { beginShutdown() }
      } catch {
        try container.abandon()
        noticeTakeover()
        if isTakenOver { continue }
        let delay = container.backoff.delay(ranLong: false)
        say("\(error), trying again in \(delay) ms")
        container.wait(milliseconds: delay)
      }
    }
  }

  /// Looks whether another command stops or has removed the pod.
  private func noticeTakeover() {
    if isTakenOver { return }
    do {
      let state = try PodDirectory.open(id, root: context.root).readState()
      isTakenOver =
        state.map {
          $0.instance != instance || $0.isStopping || $0.phase == .removing
        } ?? true
    } catch {
      // A pod that cannot be read any more is not ours to run.
      isTakenOver = true
    }
    // The others are for the other command to stop, in its time.
    if isTakenOver { endAbsent() }
  }

  private func say(_ text: String) {
    let label = labels.label(OutputLabels.supervisor, coloured: errors.isColoured)
    errors.write(Array("\(label)\(text)\n".utf8))
  }
}
