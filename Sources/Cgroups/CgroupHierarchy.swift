// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// The mounted unified hierarchy (cgroup v2).
package struct CgroupHierarchy: ~Copyable {
  /// Where it is mounted.
  package let mountPoint: String

  /// Finds the hierarchy among the mounts of this process.
  ///
  /// The usual places are asked first: a mount table can have thousands of
  /// lines.
  package static func find() throws(RuntimeError) -> CgroupHierarchy {
    for place in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] where isHierarchy(place) {
      return CgroupHierarchy(mountPoint: place)
    }
    do {
      for place in mountPoints(in: try MountInfo.read()) where isHierarchy(place) {
        return CgroupHierarchy(mountPoint: place)
      }
    } catch {
      throw error.adding("find the cgroup2 mount")
    }
    throw RuntimeError(
      .failed, "the cgroup v2 hierarchy is not mounted: no mount of type cgroup2 is in sight")
  }

  /// Takes a directory for the root of the hierarchy.
  package init(mountPoint: String) {
    self.mountPoint = mountPoint
  }

  /// The mounts to try, those of the whole hierarchy before those of a part.
  static func mountPoints(in table: MountInfo) -> [String] {
    let mounts = table.entries.filter { $0.type == "cgroup2" }
    let ordered = mounts.filter { $0.root == "/" } + mounts.filter { $0.root != "/" }
    return ordered.map { $0.mountPoint }
  }

  private static func isHierarchy(_ place: String) -> Bool {
    do {
      // It has to be a directory.
      return try MountTree.magic(at: place + "/") == MountTree.cgroup2Magic
    } catch {
      // It is not there, or another mount hides it: no hierarchy either way.
      return false
    }
  }

  /// Opens the directory at the root of the mount.
  func open() throws(RuntimeError) -> Descriptor {
    try File.open(mountPoint, [.path, .directory])
  }

  /// The controllers that the hierarchy has.
  package func controllers() throws(RuntimeError) -> Controllers {
    Controllers(list: try File.readControl("\(mountPoint)/cgroup.controllers"))
  }

  /// Where a controller is mounted as cgroup v1, if it is.
  package func versionOneMount(of controller: Controllers) -> String? {
    do {
      return Self.versionOneMount(of: controller, in: try MountInfo.read())
    } catch {
      // It only enriches an error message, which is right without it, too.
      return nil
    }
  }

  static func versionOneMount(of controller: Controllers, in table: MountInfo) -> String? {
    let name = controller.versionOneName
    for mount in table.entries where mount.type == "cgroup" {
      let options = mount.fileSystemOptions.split(separator: ",")
      if options.contains(where: { $0 == name }) { return mount.mountPoint }
    }
    return nil
  }

  /// The cgroup in which this process is.
  package func ownPath() throws(RuntimeError) -> CgroupPath {
    try path(of: "self", called: "the runtime")
  }

  /// The cgroup in which a process is.
  package func path(of pid: Int32) throws(RuntimeError) -> CgroupPath {
    try path(of: "\(pid)", called: "process \(pid)")
  }

  private func path(of process: String, called name: String) throws(RuntimeError) -> CgroupPath {
    let table: MountInfo
    let text: String
    do {
      table = try MountInfo.read()
      text = try File.readControl("/proc/\(process)/cgroup")
    } catch {
      throw error.adding("find the cgroup of \(name)")
    }
    let mount = table.entries.last { $0.mountPoint == mountPoint }
    return try Self.path(in: text, of: name, mountRoot: mount?.root ?? "/")
  }

  /// The cgroup in the `0::` line of /proc/PID/cgroup; it is relative to the
  /// root of the cgroup namespace, and so is the root of the mount.
  static func path(
    in table: String, of name: String, mountRoot: String
  ) throws(RuntimeError) -> CgroupPath {
    guard let line = table.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else {
      throw RuntimeError(.failed, "\(name) is in no cgroup of the v2 hierarchy")
    }
    let place = line.dropFirst(3).split(separator: "/").map(String.init)
    let root = mountRoot.split(separator: "/").map(String.init)
    guard place.starts(with: root), !place.contains("..") else {
      throw RuntimeError(
        .failed, "the cgroup \(line.dropFirst(3)) of \(name) is not below the cgroup2 mount")
    }
    return CgroupPath(components: Array(place.dropFirst(root.count)))
  }
}
