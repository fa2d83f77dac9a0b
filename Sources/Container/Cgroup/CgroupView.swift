// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Kernel
internal import RuntimeSpec

extension Mounter.CgroupView {
  /// What the `cgroup` mounts of a configuration show; nil when it has none, or
  /// the host has no hierarchy.
  ///
  /// Without a cgroup of its own the container is in the caller's.
  static func find(
    _ spec: Spec, _ path: CgroupPath?, hasNamespace: Bool, _ context: RuntimeContext
  ) -> Mounter.CgroupView? {
    guard spec.mounts.contains(where: { $0.type == "cgroup" || $0.type == "cgroup2" }) else {
      return nil
    }
    do {
      let host = try context.cgroups.hierarchy()
      let path = if let path { path } else { try host.value.ownPath() }
      return Mounter.CgroupView(
        hasNamespace: hasNamespace, mountPoint: host.value.mountPoint,
        location: host.value.mountPoint + path.description)
    } catch {
      // Mounting it says so.
      return nil
    }
  }
}
