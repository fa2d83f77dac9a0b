// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import Kernel

/// Wakes whoever follows a pod when a container may have joined it, and when the
/// pod may be gone.
final class PodArrivals {
  private let pod: PodHandle
  private let watch: DirectoryWatch

  /// Starts to watch the pod's entries: from here on nothing is missed.
  init(_ pod: PodHandle) throws(RuntimeError) {
    // A local: a half-made self could not be taken apart again.
    let watch = try DirectoryWatch()
    // A `create` makes the entry, or opens one that another has left.
    try watch.add("\(pod.paths.directory)/\(PodEntry.directoryName)", .written)
    // A directory that is open, as the pod's is here, does not tell of its end.
    try watch.add(pod.paths.parent, .removed)
    self.pod = pod
    self.watch = watch
  }

  /// What is said where the user may watch no more directories.
  static func missing(_ error: RuntimeError) -> String {
    "containers that join the pod are seen only at the next interval: \(error)"
  }

  /// Adds what is to be waited for.
  func add(to set: inout PollSet) { set.add(watch.descriptor, .readable) }

  /// Whether something has happened, which is not said again.
  func take(_ ready: PollSet.Ready) -> Bool {
    guard ready.contains(watch.descriptor) else { return false }
    watch.clear()
    return true
  }

  /// Has the next change of a container's record wake as well.
  ///
  /// An entry is there before the container is: only its record tells when that
  /// has come. What is looked at after this is not missed.
  func expect(_ id: String) throws(RuntimeError) {
    do {
      try watch.add(StateStore(root: pod.context.root).path(of: id), [.renamed, .once])
    } catch  where error.errno == ENOENT || error.errno == ENOTDIR {
      // It has been deleted, or its `create` was killed.
    }
  }
}
