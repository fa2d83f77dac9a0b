// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import Kernel

/// What a shutdown has to do with: a container that can be asked to end.
protocol Stoppable {
  /// Where it is in its life.
  var phase: SupervisedPhase { get }
  /// The signal that asks it to end.
  var stopSignal: Int32 { get }
  /// How many seconds it gets to end before it is killed.
  var stopTimeout: UInt32 { get }
  /// Sends a signal to it; one that has ended is no error.
  func signal(_ number: Int32) throws(RuntimeError)
}

/// The stopping of a pod under supervision: one container after the other, each
/// asked first and killed when its time is over.
struct Shutdown<Member: Stoppable> {
  private var queue: [Member]
  private var current: Member?
  /// When the current one is killed.
  private(set) var deadline: Deadline?

  /// Stops containers in the order given.
  init(_ containers: [Member]) {
    queue = containers
  }

  /// Goes on as far as possible without waiting.
  mutating func advance() throws(RuntimeError) {
    while true {
      if let current, !current.phase.isOver {
        guard let deadline, deadline.hasPassed else { return }
        try current.signal(SIGKILL)
        self.deadline = nil
        return
      }
      current = nil
      deadline = nil
      if queue.isEmpty { return }
      let next = queue.removeFirst()
      switch next.phase {
      case .running:
        try next.signal(next.stopSignal)
        deadline = .after(milliseconds: UInt64(next.stopTimeout) * 1000)
      case .created:
        // One that was never started does not take signals as its program would.
        try next.signal(SIGKILL)
      case .absent, .waiting, .over: continue
      }
      current = next
    }
  }

  /// Kills everything that is left.
  mutating func killAll() throws(RuntimeError) {
    let left = (current.map { [$0] } ?? []) + queue
    for container in left where container.phase.hasProcess { try container.signal(SIGKILL) }
    deadline = nil
  }
}
