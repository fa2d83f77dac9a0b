// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import Kernel

/// The stopping of a pod under supervision: one container after the other, each
/// asked first and killed when its time is over.
struct Shutdown {
  private var queue: [SupervisedContainer]
  private var current: SupervisedContainer?
  /// When the current one is killed.
  private(set) var deadline: Deadline?

  /// Stops containers in the order given.
  init(_ containers: [SupervisedContainer]) {
    queue = containers
  }

  /// Goes on as far as possible without waiting.
  mutating func advance() throws(RuntimeError) {
    while true {
      if let current, !current.isOver {
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
        try next.signal(next.container.stopSignal)
        deadline = .after(milliseconds: UInt64(next.container.stopTimeout) * 1000)
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
    for container in left where container.process != nil { try container.signal(SIGKILL) }
    deadline = nil
  }
}
