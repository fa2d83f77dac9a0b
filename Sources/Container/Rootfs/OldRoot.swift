// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// What stays of the host below a root that was moved over it.
///
/// No path leads there, but the kernel looks at every mount of the namespace: a
/// user namespace in the container may mount a procfs or sysfs of its own,
/// without the container's masks, as long as one is fully visible anywhere.
struct OldRoot {
  /// The table of mounts, open: the procfs that it is in goes, too.
  private let table: Shared<Descriptor>
  /// The mount that becomes the container's root.
  private let newRoot: UInt64

  /// Opens the table of mounts, while the host's procfs is still there.
  init(below root: borrowing RootDirectory) throws(RuntimeError) {
    table = Shared(try File.open("/proc/self/mountinfo"))
    newRoot = try FileStatus(of: root.descriptor).mountID
  }

  /// Unmounts everything that is on the old root; what a user namespace may
  /// not unmount is covered, where it matters.
  ///
  /// - Throws: `RuntimeError` naming a procfs or sysfs that stays visible.
  func clear() throws(RuntimeError) {
    // Backwards: what is mounted on another mount came after it.
    for entry in try hostMounts().reversed() where entry.mountPoint != "/" {
      do {
        try Mounts.detach(entry.mountPoint)
      } catch {
        // It went with the one that it was on, or is locked.
        if ![EINVAL, ENOENT, ENOTDIR, EACCES, EPERM].contains(error.errno) { throw error }
      }
    }
    for entry in try hostMounts() where entry.isWholeView {
      do {
        try Mounts.mount("tmpfs", on: entry.mountPoint, type: "tmpfs", .readOnly, data: "size=0")
      } catch {
        throw error.adding("cover the host's \(entry.type)")
      }
    }
    let rest = try hostMounts()
    for entry in rest where entry.isWholeView {
      if rest.contains(where: { $0.parent == entry.id && $0.mountPoint == entry.mountPoint }) {
        continue
      }
      throw RuntimeError(
        .failed, "the host's \(entry.type) on \(entry.mountPoint) cannot be hidden without a pivot")
    }
  }

  /// The mounts of the namespace that are not the container's.
  private func hostMounts() throws(RuntimeError) -> [MountInfo.Entry] {
    let entries = try MountInfo.read(from: table.value).entries
    var inside: Set<UInt64> = [newRoot]
    // One pass is enough only where parents come first.
    var before = 0
    while inside.count > before {
      before = inside.count
      for entry in entries where inside.contains(entry.parent) { inside.insert(entry.id) }
    }
    return entries.filter { !inside.contains($0.id) }
  }
}

extension MountInfo.Entry {
  /// Whether it shows a whole file system of the kinds that the kernel lets a
  /// user namespace mount only where one is visible.
  fileprivate var isWholeView: Bool { root == "/" && (type == "proc" || type == "sysfs") }
}
