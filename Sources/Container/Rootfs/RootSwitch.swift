// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Making a directory the container's `/`.
enum RootSwitch {
  /// Swaps the root mount for the new one and lets go of the old.
  ///
  /// Both are put on the same path, so that no directory in the container is
  /// needed for the old one (pivot_root(2), notes).
  static func pivot(to root: borrowing RootDirectory) throws(RuntimeError) {
    try OwnProcess.changeDirectory(to: root.descriptor)
    try Mounts.pivotRoot(to: ".", old: ".")
    try Mounts.detach(".")
    try OwnProcess.changeDirectory("/")
  }

  /// Moves the new root over the old, for roots that cannot be pivoted, such
  /// as an initial RAM disk.
  ///
  /// Of the host only that root stays below it.
  static func move(to root: borrowing RootDirectory) throws(RuntimeError) {
    let remains = try OldRoot(below: root)
    try OwnProcess.changeDirectory(to: root.descriptor)
    try Mounts.mount(".", on: "/", .move)
    // Paths still start at the old root.
    try remains.clear()
    try OwnProcess.changeRoot(".")
    try OwnProcess.changeDirectory("/")
  }

  /// Only changes the root directory, where the mount namespace is not the
  /// container's own.
  static func change(to root: borrowing RootDirectory) throws(RuntimeError) {
    try OwnProcess.changeDirectory(to: root.descriptor)
    try OwnProcess.changeRoot(".")
    try OwnProcess.changeDirectory("/")
  }
}
