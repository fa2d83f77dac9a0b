// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Attributes of a mount to set and to clear.
struct AttributeChange: Equatable {
  /// Those to set.
  private(set) var set: MountAttributes = []
  /// Those to clear.
  private(set) var clear: MountAttributes = []

  /// Whether nothing is to change.
  var isEmpty: Bool { self.set.isEmpty && clear.isEmpty }

  /// The words that `take` knows.
  static let words = [
    "ro", "rw", "nosuid", "suid", "nodev", "dev", "noexec", "exec", "nodiratime", "diratime",
    "nosymfollow", "symfollow", "noatime", "atime", "relatime", "norelatime", "strictatime",
    "nostrictatime",
  ]

  /// Takes one word, which replaces those before it that say otherwise.
  ///
  /// - Returns: false when it is for something else.
  mutating func take(_ word: String) -> Bool {
    switch word {
    case "ro": change(set: .readOnly)
    case "rw": change(clear: .readOnly)
    case "nosuid": change(set: .noSetID)
    case "suid": change(clear: .noSetID)
    case "nodev": change(set: .noDevices)
    case "dev": change(clear: .noDevices)
    case "noexec": change(set: .noExec)
    case "exec": change(clear: .noExec)
    case "nodiratime": change(set: .noDirectoryAccessTime)
    case "diratime": change(clear: .noDirectoryAccessTime)
    case "nosymfollow": change(set: .noSymlinkFollow)
    case "symfollow": change(clear: .noSymlinkFollow)
    // The three bits of the access time mode are one value: whoever sets it has
    // to clear the whole mask (mount_setattr(2)).
    case "noatime": change(set: .noAccessTime, clear: .accessTimeMask)
    case "strictatime": change(set: .strictAccessTime, clear: .accessTimeMask)
    case "atime", "relatime", "norelatime", "nostrictatime": change(clear: .accessTimeMask)
    default: return false
    }
    return true
  }

  private mutating func change(set added: MountAttributes = [], clear taken: MountAttributes = []) {
    self.set.subtract(taken)
    self.set.formUnion(added)
    clear.subtract(added.subtracting(.accessTimeMask))
    clear.formUnion(taken)
  }

  /// Whether one of the attributes is named that a bind mount gets all of.
  var namesRestrictions: Bool { !self.set.union(clear).isDisjoint(with: .restrictions) }

  /// The words for attributes to be cleared, such as `rw,exec`.
  static func wordsToClear(_ attributes: MountAttributes, prefix: String = "") -> String {
    let words: [(MountAttributes, String)] = [
      (.readOnly, "rw"), (.noSetID, "suid"), (.noDevices, "dev"), (.noExec, "exec"),
      (.noDirectoryAccessTime, "diratime"), (.noSymlinkFollow, "symfollow"),
      (.accessTimeMask, "atime"),
    ]
    return words.filter { attributes.isSuperset(of: $0.0) }.map { prefix + $0.1 }
      .joined(separator: ",")
  }
}
