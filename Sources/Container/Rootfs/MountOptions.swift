// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// What the option words of one mount ask for (config.md, mounts).
package struct MountOptions {
  /// Attributes of the mount itself.
  var attributes = AttributeChange()
  /// Attributes of the mount and all mounts below it.
  var recursiveAttributes = AttributeChange()
  /// Flags of the whole file system, such as `sync`.
  var filesystemFlags: MountFlags = []
  /// Changes of propagation, in order.
  var propagation: [Propagation] = []
  /// Bind what is mounted at the source instead of a new file system.
  var bind = false
  /// Bind the mounts below the source too.
  var recursive = false
  /// Change what is mounted there instead of mounting anything.
  var remount = false
  /// Start a tmpfs with a copy of what the image has there.
  var copyUp = false
  /// Map file ownership, and that of the mounts below when recursive.
  var idMap: IDMapping?
  /// The mappings that the word for it came with, such as `uids=0-1-10;gids=0-1-10`.
  var idMapText: String?
  /// Bind a symbolic link itself, not what it points to.
  var sourceNoFollow = false
  /// Mount over a symbolic link itself, not what it points to.
  var destinationNoFollow = false
  /// Make a symbolic link like the source instead of mounting.
  var copySymlink = false
  /// All other words: parameters of the file system, separated by commas.
  var data = ""

  /// How far an ownership mapping reaches.
  enum IDMapping {
    case single
    case recursive
  }

  /// Reads the words.
  init(_ words: [String]) {
    for word in words { take(word) }
  }

  /// The attributes to set on a mount that is new, and alone, as fsmount(2)
  /// takes them: the words that clear one taken into account, and those for all
  /// mounts below.
  var attributesForNewMount: MountAttributes {
    attributes.set.subtracting(recursiveAttributes.clear).union(recursiveAttributes.set)
  }

  private mutating func take(_ word: String) {
    if attributes.take(word) { return }
    if word.utf8.first == UInt8(ascii: "r"), recursiveAttributes.take(String(word.dropFirst())) {
      return
    }
    if let change = Propagation(word) { return propagation.append(change) }
    if !takeFilesystemFlag(word), !takeSpecial(word), !word.isEmpty {
      data += data.isEmpty ? word : ",\(word)"
    }
  }

  /// Takes a word for the whole file system; some are the default, or mean
  /// nothing to a kernel of today.
  private mutating func takeFilesystemFlag(_ word: String) -> Bool {
    switch word {
    case "sync": filesystemFlags.insert(.synchronous)
    case "async": filesystemFlags.remove(.synchronous)
    case "dirsync": filesystemFlags.insert(.directorySync)
    case "mand": filesystemFlags.insert(.mandatoryLocks)
    case "nomand": filesystemFlags.remove(.mandatoryLocks)
    case "lazytime": filesystemFlags.insert(.lazyTime)
    case "nolazytime": filesystemFlags.remove(.lazyTime)
    case "iversion", "noiversion", "silent", "loud", "defaults": break
    default: return false
    }
    return true
  }

  private mutating func takeSpecial(_ word: String) -> Bool {
    switch word {
    case "bind": bind = true
    case "rbind":
      bind = true
      recursive = true
    case "tmpcopyup": copyUp = true
    case "idmap": idMap = .single
    case "ridmap": idMap = .recursive
    case "src-nofollow": sourceNoFollow = true
    case "dest-nofollow": destinationNoFollow = true
    case "copy-symlink": copySymlink = true
    case "remount": remount = true
    case _ where word.hasPrefix("idmap="): takeMapping(.single, word)
    case _ where word.hasPrefix("ridmap="): takeMapping(.recursive, word)
    default: return false
    }
    return true
  }

  private mutating func takeMapping(_ reach: IDMapping, _ word: String) {
    idMap = reach
    idMapText = String(word.drop { $0 != "=" }.dropFirst())
  }

  /// Every word with a meaning of its own, sorted, for `features`.
  package static var names: [String] {
    (AttributeChange.words + AttributeChange.words.map { "r\($0)" } + Propagation.words + [
      "sync", "async", "dirsync", "mand", "nomand", "lazytime", "nolazytime", "iversion",
      "noiversion", "silent", "loud", "defaults", "bind", "rbind", "tmpcopyup", "idmap", "ridmap",
      "src-nofollow", "dest-nofollow", "copy-symlink", "remount",
    ]).sorted()
  }
}
