// SPDX-License-Identifier: Apache-2.0

package import Kernel

extension Lifecycle {
  /// What the kernel counts of a container now.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when it does not run.
  package static func statistics(
    of id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> EventLine {
    let container = try ObservedContainer(ContainerStatus.load(id, context), context)
    guard let line = try container.statistics() else { throw ObservedContainer.notRunning(id) }
    return line
  }

  /// Tells what happens in a container, as it happens, and its counters again and
  /// again, until it ends.
  ///
  /// - Parameters:
  ///   - id: the container.
  ///   - interval: the time between two looks at the counters in milliseconds.
  ///   - context: what holds for the command.
  ///   - tell: gets each line.
  /// - Throws: `RuntimeError` of kind `wrongState` when it does not run, and what
  ///   `tell` throws.
  package static func follow(
    _ id: String, interval: UInt64, _ context: RuntimeContext,
    _ tell: (EventLine) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let container = try ObservedContainer(ContainerStatus.load(id, context), context)
    var next = Deadline.after(milliseconds: interval)
    while true {
      var set = PollSet()
      container.add(to: &set)
      do {
        _ = try set.wait(until: next)
      } catch {
        throw error.adding("wait for events")
      }
      for line in try container.take() { try tell(line) }
      if container.hasEnded { return }
      if next.hasPassed {
        if let line = try container.statistics() { try tell(line) }
        next = .after(milliseconds: interval)
      }
    }
  }
}
