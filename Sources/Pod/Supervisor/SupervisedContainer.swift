// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// A container that `pod run` looks after.
final class SupervisedContainer: Stoppable {
  /// What the pod's file says of it.
  let container: PodContainer
  /// Where it is in its life.
  private(set) var phase = SupervisedPhase.absent
  /// Its first process, from its creation to its end.
  private(set) var process: Shared<Descriptor>?
  /// The delays between its starts.
  var backoff = Backoff()

  private let bundle: Bundle
  private let podID: String
  /// Which first process of the ID is its own, from its creation to its removal.
  private var created: ProcessRecord?
  private let context: RuntimeContext
  /// What it has written arrives here, and goes on as complete lines.
  private let output: OutputStream
  private let errors: OutputStream
  /// From when on a run counts as long.
  private var settled: Deadline?

  init(
    _ container: PodContainer, _ bundle: Bundle, pod: String, _ context: RuntimeContext,
    _ streams: (output: OutputStream, errors: OutputStream)
  ) {
    self.container = container
    self.bundle = bundle
    podID = pod
    self.context = context
    (output, errors) = streams
  }

  /// Refuses a bundle that asks for a terminal.
  static func requireNoTerminal(
    _ container: PodContainer, _ bundle: Bundle
  ) throws(RuntimeError) {
    guard bundle.spec.process?.terminal == true else { return }
    let error = SpecError(
      path: "process.terminal", reason: "a container of pod run has no terminal")
    throw RuntimeError(error).adding("container \(container.id)")
  }

  /// The signal that asks it to end.
  var stopSignal: Int32 { container.stopSignal }

  /// How many seconds it gets to end before it is killed.
  var stopTimeout: UInt32 { container.stopTimeout }

  /// Whether its last run was a long one.
  var ranLong: Bool { settled?.hasPassed ?? false }

  /// The streams that it can still write to.
  var streams: [OutputStream] { [output, errors] }

  /// Creates it in the pod, with its output going here and nothing to read.
  func create(in pod: PodHandle) throws(RuntimeError) {
    do {
      var options = CreateOptions(id: container.id)
      options.streams = [
        (.input, Shared(try File.open("/dev/null"))), (.output, try output.open()),
        (.error, try errors.open()),
      ]
      let pid = try Membership.create(bundle, options, in: pod)
      // A child of ours that nobody has waited for: the ID is still its own.
      process = Shared(try Processes.open(pid: pid))
      created = try ContainerStatus.load(container.id, context).record.initProcess
      if created?.pid != pid { created = nil }
      phase = .created
    } catch {
      throw error.adding("container \(container.id)")
    }
  }

  /// Starts it.
  func start() throws(RuntimeError) {
    do {
      try Lifecycle.start(container.id, context)
    } catch {
      throw error.adding("start \(container.id)")
    }
    settled = .after(milliseconds: Backoff.longest)
    phase = .running
  }

  /// Makes it again in the live pod.
  func restart(in pod: PodHandle) throws(RuntimeError) {
    try remove()
    try create(in: pod)
    try start()
  }

  /// Deletes it, and with it whatever it has left behind.
  func remove() throws(RuntimeError) {
    if try isOurs() { try Lifecycle.delete(container.id, force: true, context) }
    created = nil
    reap()
    output.drain()
    errors.drain()
    output.close()
    errors.close()
  }

  /// Cleans up after a restart that failed halfway.
  func abandon() throws(RuntimeError) {
    try remove()
    phase = .absent
  }

  /// Whether the container of the ID is the one that was created here: another
  /// command may have deleted it, and yet another used the ID again.
  private func isOurs() throws(RuntimeError) -> Bool {
    guard let created else { return false }
    do {
      let record = try ContainerStatus.load(container.id, context).record
      return record.pod == podID && record.initProcess == created
    } catch  where error.kind == .notFound {
      return false
    }
  }

  /// Cleans up after a start that another command has made fail.
  func giveUp() throws(RuntimeError) {
    try remove()
    end()
  }

  private func reap() {
    guard let ended = process else { return }
    process = nil
    // Whoever deleted the container has done this; without it the wait might
    // never end.
    try? Processes.signal(ended.value, SIGKILL)
    // Its status is of no interest any more.
    _ = try? Processes.wait(ended.value)
  }

  /// Takes the status of its first process, which has ended.
  func takeStatus() throws(RuntimeError) -> ExitStatus? {
    guard let ended = process else { return nil }
    process = nil
    output.drain()
    errors.drain()
    do {
      return try Processes.wait(ended.value)
    } catch {
      throw error.adding("container \(container.id)")
    }
  }

  /// Has it wait to be made again.
  func wait(milliseconds: UInt64) {
    phase = .waiting(.after(milliseconds: milliseconds))
  }

  /// Gives it up.
  func end() {
    phase = .over
  }

  /// Sends a signal to its first process, or SIGKILL to all of it.
  func signal(_ number: Int32) throws(RuntimeError) {
    do {
      guard try isOurs() else { return }
      try Lifecycle.kill(container.id, number, all: number == SIGKILL, context)
    } catch  where error.kind == .wrongState || error.kind == .notFound {
      // It has ended by itself.
    }
  }
}
