// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// The entry by which a pod knows one of its containers: an empty file of the
/// container's ID in a directory of the pod.
///
/// It is made before the container's state names the pod, and goes after that
/// state has gone, both while the ID is reserved: every container of a pod is
/// found through the pod, and an entry is never taken from a later container of
/// the ID. A command that is killed can leave one whose container is not there,
/// or not the pod's: it means nothing, and goes with the next container of the
/// ID or with the pod.
package struct PodEntry {
  /// The name of the directory of entries in a pod's.
  package static let directoryName = "members"

  private let path: String

  /// Names the entry of a container.
  package init(of id: String, in pod: String, root: String) {
    path = "\(root)/\(Identifier.pods)/\(pod)/\(Self.directoryName)/\(id)"
  }

  /// Names the entry of a container; nil when it is in no pod.
  init?(_ record: ContainerRecord, root: String) {
    guard let pod = record.pod else { return nil }
    self.init(of: record.id, in: pod, root: root)
  }

  /// Makes the entry, unless it is there.
  ///
  /// - Throws: `RuntimeError`; `ENOENT` when the pod is gone.
  package func make() throws(RuntimeError) {
    _ = try File.open(path, [.writeOnly, .create, .noFollow, .unhurried], mode: 0o600)
  }

  /// Removes the entry.
  ///
  /// - Throws: `RuntimeError`; what is not there is no error.
  func remove() throws(RuntimeError) {
    do {
      try File.remove(path)
    } catch {
      if error.errno != ENOENT && error.errno != ENOTDIR { throw error }
    }
  }
}
