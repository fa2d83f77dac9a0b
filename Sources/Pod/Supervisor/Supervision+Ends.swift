// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

extension Supervision {
  /// Takes the end of a container's first process.
  func takeEnd(of container: SupervisedContainer) throws(RuntimeError) {
    guard let status = try container.takeStatus() else { return }
    lookForTakeover()
    if shutdown != nil || isTakenOver { return container.end() }
    let rule = EndRule(
      container.container.restartPolicy, status: status.code,
      isInit: containers.isInit(container), exitPolicy)
    let ended = "\(container.container.id) \(Self.words(status))"
    if rule.restarts {
      let delay = container.backoff.delay(ranLong: container.ranLong)
      output.say("\(ended), starting it again in \(delay) ms")
      return container.wait(milliseconds: delay)
    }
    output.say(ended)
    container.end()
    failure = failure ?? rule.failure
    if rule.stopsPod { beginShutdown() }
  }

  private static func words(_ status: ExitStatus) -> String {
    switch status {
    case .exited(let code): "ended with exit status \(code)"
    case .signalled(let signal): "was killed by signal \(signal)"
    }
  }

  /// Makes again whatever has waited for long enough.
  func restartDue() throws(RuntimeError) {
    guard output.hasRoom else { return }
    for container in containers.all {
      guard case .waiting(let deadline) = container.phase else { continue }
      lookForTakeover()
      if isTakenOver || !deadline.hasPassed { continue }
      try restart(container)
    }
  }

  private func restart(_ container: SupervisedContainer) throws(RuntimeError) {
    do {
      try container.restart(in: pod)
      stopWhatCameTooLate()
    } catch {
      try container.abandon()
      lookForTakeover()
      if isTakenOver { return }
      let delay = container.backoff.delay(ranLong: false)
      output.say("\(error), trying again in \(delay) ms")
      container.wait(milliseconds: delay)
    }
  }
}
