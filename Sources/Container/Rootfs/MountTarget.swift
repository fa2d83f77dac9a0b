// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Where mounts go, and where they may not.
extension Mounter {
  /// Opens the target of a bind mount, making it when nothing is there.
  func bindTarget(
    _ planned: PlannedMount, isDirectory: Bool, in root: borrowing RootDirectory
  ) throws(RuntimeError) -> Descriptor {
    if planned.isForDevices { return try root.ordinaryDirectory(planned.destination) }
    if planned.options.destinationNoFollow {
      let flags: OpenFlags = [.path, .noFollow]
      do {
        return try SafePath.open(planned.destination, in: root.descriptor, flags)
      } catch  where error.errno == ENOENT {
        // Nothing is there that could be followed.
      }
    }
    return isDirectory
      ? try SafePath.makeDirectories(planned.destination, in: root.descriptor)
      : try SafePath.makeFile(planned.destination, in: root.descriptor)
  }

  /// Opens the target of a new file system, making it when nothing is there.
  func filesystemTarget(
    _ planned: PlannedMount, _ type: String, in root: borrowing RootDirectory
  ) throws(RuntimeError) -> Descriptor {
    // What is mounted on these has to be found there by name later.
    guard type == "proc" || type == "sysfs" || planned.isForDevices else {
      if planned.destination == "/proc" {
        throw RuntimeError(.invalidSpec, "only procfs may be mounted on /proc")
      }
      return try SafePath.makeDirectories(planned.destination, in: root.descriptor)
    }
    do throws(RuntimeError) {
      return try root.ordinaryDirectory(planned.destination)
    } catch {
      if error.errno != ELOOP, error.errno != ENOTDIR { throw error }
      throw RuntimeError(
        .invalidSpec, "\(type) can only be mounted on an ordinary directory, not through a link")
    }
  }

  /// Files that a container may have its own version of below /proc, as lxcfs
  /// provides them.
  private static let replaceable = [
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps",
    "/proc/uptime", "/proc/loadavg", "/proc/slabinfo", "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/crypto/fips_enabled",
  ]

  /// Keeps mounts from covering the root, where they would not be seen, from
  /// coming under the devices, and from hiding the parts of procfs that runp and
  /// security modules rely on.
  func check(
    _ target: borrowing Descriptor, of planned: PlannedMount, in root: borrowing RootDirectory,
    showsProc: Bool
  ) throws(RuntimeError) {
    let path = planned.destination
    let place = try FileStatus(of: target)
    if place.isSamePlace(as: root.place) {
      throw RuntimeError(.invalidSpec, "\(path) is the root itself")
    }
    if !planned.isForDevices, try isDeviceDirectory(place, in: root) {
      throw RuntimeError(.invalidSpec, "\(path) leads to /dev, where devices are made")
    }
    if showsProc { return }
    if try MountTree.filesystem(of: target).magic != MountTree.procfsMagic { return }
    if planned.options.bind, Self.replaceable.contains(path) { return }
    throw RuntimeError(
      .invalidSpec, "\(path) is inside procfs, and only files that lxcfs provides may be there")
  }

  /// Whether a directory is the one where devices will be made: a mount on it
  /// would have them made in its source.
  private func isDeviceDirectory(
    _ place: FileStatus, in root: borrowing RootDirectory
  ) throws(RuntimeError) -> Bool {
    if let devices { return place.isSamePlace(as: devices) }
    guard let own = try root.existing("/dev", resolve: .withoutLinks) else { return false }
    return place.isSamePlace(as: try FileStatus(of: own))
  }
}
