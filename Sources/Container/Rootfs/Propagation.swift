// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// A change of propagation: a kind, and whether it is for the mounts below, too.
struct Propagation: Equatable {
  /// The kind.
  let kind: MountFlags
  /// Whether it is for the mounts below, too.
  let recursive: Bool

  /// The words that there are.
  static let words = [
    "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable",
  ]

  /// Reads a word; nil when it is for something else.
  init?(_ word: String) {
    switch word {
    case "private", "rprivate": kind = .makePrivate
    case "shared", "rshared": kind = .shared
    case "slave", "rslave": kind = .slave
    case "unbindable", "runbindable": kind = .unbindable
    default: return nil
    }
    recursive = word.utf8.first == UInt8(ascii: "r")
  }

  /// Changes a mount at hand.
  func apply(to mount: borrowing Descriptor) throws(RuntimeError) {
    try MountTree.setAttributes(mount, propagation: kind, recursive: recursive)
  }
}
