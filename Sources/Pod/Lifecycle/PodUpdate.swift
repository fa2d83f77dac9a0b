// SPDX-License-Identifier: Apache-2.0

package import Container
package import Kernel
package import RuntimeSpec

extension PodLifecycle {
  /// Changes the limits that hold for all containers of a pod together, all or
  /// none of them: what the change leaves out stays as it is.
  ///
  /// The containers' own limits stay, too: of a container's and its pod's the
  /// smaller holds, so in whichever order both change, none is exceeded.
  package static func update(
    _ id: String, _ change: LinuxResources, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let pod = try PodHandle.open(id, context)
    let lock = try pod.directory.lockState()
    defer { withExtendedLifetime(lock) {} }
    guard lock != nil else { throw pod.notFound }
    _ = try pod.refresh()
    let sandbox = try pod.sandbox()
    let kept = try KeptLimits.read(in: pod.directory.descriptor, pod.paths.directory)
    let held = kept ?? sandbox.spec.linux.resources
    let update = try ResourcesUpdate(change, of: held, .pod)
    try update.carryOut(on: sandbox.state.cgroup, context) { () throws(RuntimeError) in
      try KeptLimits.write(update.result, in: pod.directory.descriptor)
    }
  }
}
