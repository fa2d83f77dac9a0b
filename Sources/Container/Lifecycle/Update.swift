// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import Kernel
package import RuntimeSpec

extension Lifecycle {
  /// Changes limits of a container, all or none of them: what the change leaves
  /// out stays as it is.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when the container has stopped.
  package static func update(
    _ id: String, _ change: LinuxResources, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let directory = try StateStore(root: context.root).open(id)
    try directory.lock(id)
    let status = try ContainerStatus(directory, id, context)
    switch status.state {
    case .created, .running, .paused: break
    case .stopped: throw RuntimeError.notRunning
    case .creating:
      throw RuntimeError(.wrongState, "cannot update a container that is being created")
    }
    let spec: Spec
    do throws(RuntimeError) {
      let bytes = try directory.readConfig()
      spec = try fromDocument { () throws(SpecError) in try Spec.decode(bytes: bytes) }
    } catch {
      throw error.adding("read the container's configuration")
    }
    let kept = try KeptLimits.read(in: directory.descriptor, directory.path)
    let held = kept ?? spec.linux?.resources
    let update = try ResourcesUpdate(change, of: held, .container)
    do {
      try update.carryOut(on: status.record.cgroup, context) { () throws(RuntimeError) in
        try KeptLimits.write(update.result, in: directory.descriptor)
      }
    } catch {
      throw error.explained(byEndOf: status.record)
    }
  }
}
