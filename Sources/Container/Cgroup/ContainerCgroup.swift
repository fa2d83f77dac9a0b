// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Kernel
internal import RuntimeSpec

/// The cgroup that a container is going to get, checked before anything is
/// made.
final class ContainerCgroup {
  private let host: Shared<CgroupHierarchy>
  /// Where it will be.
  let path: CgroupPath
  private let limits: LimitPlan
  private let devices: [DeviceRule]

  private init(
    host: Shared<CgroupHierarchy>, path: CgroupPath, limits: LimitPlan,
    devices: [DeviceRule]
  ) {
    self.host = host
    self.path = path
    self.limits = limits
    self.devices = devices
  }

  /// Decides where the cgroup will be and what is written to it; nil when the
  /// caller wants none.
  static func plan(
    _ spec: Spec, _ options: CreateOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> ContainerCgroup? {
    if context.cgroupManager == .disabled { return nil }
    do {
      let host = try context.cgroups.hierarchy()
      let base = context.rootless ? try host.value.ownPath() : .root
      let path = try CgroupPath(
        cgroupsPath: spec.linux?.cgroupsPath, id: options.id, below: base)
      return ContainerCgroup(
        host: host, path: path, limits: try LimitPlan(spec.linux?.resources),
        devices: try DeviceRule.rules(spec.linux?.resources?.devices ?? []))
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Fails when there is something already where the cgroup is to be.
  func checkThatPlaceIsFree() throws(RuntimeError) {
    do {
      try Cgroup.checkThatPlaceIsFree(in: host.value, at: path)
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Makes the cgroup, without limits yet.
  func make() throws(CgroupError) -> Shared<Cgroup> {
    Shared(try Cgroup.create(in: host.value, at: path, for: limits))
  }

  /// Writes the limits and attaches the device program.
  func apply(
    to cgroup: borrowing Cgroup, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do {
      try cgroup.apply(limits)
    } catch {
      throw RuntimeError(error)
    }
    do {
      try cgroup.attachDeviceProgram(devices)
    } catch  where context.rootless && error.kind == .permissionDenied {
      // The kernel takes no such programs in a user namespace, where no device
      // can be made either.
    } catch {
      throw RuntimeError(error)
    }
  }

  /// Whether the configuration asks for any limit.
  var hasLimits: Bool { !limits.controllers.isEmpty }

  /// What a `cgroup` mount of the container shows.
  func view(hasNamespace: Bool) -> Mounter.CgroupView {
    Mounter.CgroupView(
      hasNamespace: hasNamespace, mountPoint: host.value.mountPoint,
      location: host.value.mountPoint + path.description)
  }
}
