// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// The supervision of a pod that is made: what happens from the creation of its
/// containers until all of them have ended.
///
/// One loop waits for everything: output, ends of containers, signals, delays.
/// Other commands may stop or remove the pod meanwhile, which shows in its state
/// and is looked for before anything is started and when anything has ended.
final class Supervision {
  let pod: PodHandle
  let containers: SupervisedContainers
  let output: SupervisorOutput
  let signals: SupervisorSignals
  let exitPolicy: PodSpec.ExitPolicy

  /// The status of the first container that failed for good.
  var failure: Int32?
  /// The stopping of the pod, once it has begun.
  var shutdown: Shutdown<SupervisedContainer>?
  /// Whether somebody else is stopping or has removed the pod.
  private(set) var isTakenOver = false

  init(
    _ pod: PodHandle, _ containers: SupervisedContainers, _ output: SupervisorOutput,
    _ signals: SupervisorSignals, exitPolicy: PodSpec.ExitPolicy
  ) {
    self.pod = pod
    self.containers = containers
    self.output = output
    self.signals = signals
    self.exitPolicy = exitPolicy
  }

  /// Creates and starts the containers, waits for their ends and deletes them.
  func run() throws(RuntimeError) {
    for container in containers.others { try container.create(in: pod) }
    try PodLifecycle.finish(pod, starting: true)
    lookForTakeover()
    // Another command may have looked for containers before all were there.
    if isTakenOver { beginShutdown() }
    try runInitContainers()
    for container in containers.others where !isEnding {
      try unlessTakenOver(container) { () throws(RuntimeError) in try container.start() }
    }
    if failure != nil { beginShutdown() }
    if !isEnding { try recordStart() }
    try loop { self.containers.others.allSatisfy { $0.phase.isOver } }
    for container in containers.all { try container.remove() }
  }

  private func runInitContainers() throws(RuntimeError) {
    for container in containers.inits where !isEnding {
      try unlessTakenOver(container) { () throws(RuntimeError) in
        try container.create(in: pod)
        try container.start()
      }
      try loop { container.phase.isOver }
      try container.remove()
    }
  }

  /// From here on another command may start what joins the pod.
  private func recordStart() throws(RuntimeError) {
    do {
      try pod.change { state throws(RuntimeError) in
        state.isInitialized = true
        state.starter = nil
      }
    } catch {
      lookForTakeover()
      if !isTakenOver { throw error }
    }
  }

  /// Whether nothing is started any more.
  private var isEnding: Bool { shutdown != nil || isTakenOver || failure != nil }
}

// MARK: - Stopping

extension Supervision {
  /// Stops all containers, the one started last first, unless that has begun.
  func beginShutdown() {
    endAbsent()
    shutdown = shutdown ?? Shutdown(containers.all.reversed())
  }

  /// Has containers without a process stay so.
  private func endAbsent() {
    for container in containers.all {
      switch container.phase {
      case .waiting, .absent: container.end()
      case .created, .running, .over: break
      }
    }
  }

  /// Starts a container, unless another command is ending the pod, which may
  /// well be why it cannot be started.
  private func unlessTakenOver(
    _ container: SupervisedContainer, _ start: () throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    lookForTakeover()
    if isTakenOver { return }
    do {
      try start()
    } catch {
      lookForTakeover()
      if !isTakenOver { throw error }
      return try container.giveUp()
    }
    stopWhatCameTooLate()
  }

  /// Stops all when another command ends the pod, which may have looked for
  /// containers before the last one came.
  func stopWhatCameTooLate() {
    lookForTakeover()
    if isTakenOver { beginShutdown() }
  }

  /// Looks whether another command stops or has removed the pod.
  func lookForTakeover() {
    if isTakenOver { return }
    do {
      let state = try pod.refresh()
      isTakenOver = state.isStopping || state.phase == .removing
    } catch {
      // A pod that cannot be read any more is not ours to run.
      isTakenOver = true
    }
    // The others are for the other command to stop, in its time.
    if isTakenOver { endAbsent() }
  }
}
