// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel

/// Runs a pod in the foreground: the kubelet of one pod for one terminal.
package struct PodSupervisor {
  private let id: String
  private let document: PodDocument
  private let context: RuntimeContext
  private let bundles: PodBundles
  private let output: SupervisorOutput
  private let signals: SupervisorSignals

  /// Reads the bundles; nothing is made yet.
  package init(
    _ id: String, _ document: PodDocument, _ context: RuntimeContext
  ) throws(RuntimeError) {
    self.id = id
    self.document = document
    self.context = context
    bundles = try PodBundles(document, context)
    let all = document.spec.initContainers + bundles.ordered
    for container in all {
      try SupervisedContainer.requireNoTerminal(container, bundles.bundle(of: container))
    }
    do {
      output = SupervisorOutput(
        try OutputDestination(.output), try OutputDestination(.error), names: all.map { $0.id })
      signals = try SupervisorSignals()
    } catch {
      throw error.adding("run the pod")
    }
  }

  /// Makes the pod, runs it until its containers have ended, and removes it.
  ///
  /// - Returns: the exit status of the first container that failed for good,
  ///   without those that were stopped; 0 when there was none.
  package func run() throws(RuntimeError) -> Int32 {
    let pod = try PodHandle.make(id, document, context)
    let supervision: Supervision
    do {
      supervision = try supervise(pod)
    } catch {
      PodLifecycle.undo(pod)
      throw error
    }
    do {
      try supervision.run()
    } catch {
      PodLifecycle.undo(pod)
      // What the containers have said may explain it; the error is reported
      // whether it can be written or not.
      try? supervision.finishOutput()
      throw error
    }
    try PodLifecycle.delete(pod)
    try supervision.finishOutput()
    return supervision.failure ?? 0
  }

  /// Has the pod that is made adopt its containers.
  private func supervise(_ pod: PodHandle) throws(RuntimeError) -> Supervision {
    let adopted = try bundles.adopted(by: try pod.sandbox())
    try adopted.keepInitContainers(in: pod)
    let inits = document.spec.initContainers
    var supervised: [SupervisedContainer] = []
    for container in inits + bundles.ordered {
      supervised.append(
        SupervisedContainer(
          container, try adopted.bundle(of: container), pod: id, context,
          output.streams(of: container.id)))
    }
    return Supervision(
      pod, SupervisedContainers(supervised, inits: inits.count), output, signals,
      exitPolicy: document.spec.exitPolicy)
  }
}

/// The containers of a pod under supervision.
struct SupervisedContainers {
  /// Those that run before the others, one after the other.
  let inits: [SupervisedContainer]
  /// The others, in the order in which they are started.
  let others: [SupervisedContainer]
  /// All of them, in the order in which they are started.
  let all: [SupervisedContainer]

  /// Takes all containers, of which the first `inits` are init containers.
  init(_ all: [SupervisedContainer], inits count: Int) {
    self.all = all
    inits = Array(all.prefix(count))
    others = Array(all.dropFirst(count))
  }

  /// Whether one is an init container.
  func isInit(_ container: SupervisedContainer) -> Bool {
    inits.contains { $0 === container }
  }
}
