// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// What the option words of one mount ask for (config.md, mounts).
package struct MountOptions {
  /// Attributes of the mount itself to set.
  var set: MountAttributes = []
  /// Attributes of the mount itself to clear.
  var clear: MountAttributes = []
  /// Attributes to set on the mount and all mounts below it.
  var recursiveSet: MountAttributes = []
  /// Attributes to clear on the mount and all mounts below it.
  var recursiveClear: MountAttributes = []
  /// Flag parameters of the file system, such as `sync`.
  var filesystemFlags: [String] = []
  /// Changes of propagation, in order.
  var propagation: [(kind: MountFlags, recursive: Bool)] = []
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
  /// All other words: parameters of the file system.
  var data: [String] = []

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
    self.set.subtracting(recursiveClear).union(recursiveSet)
  }

  private mutating func take(_ word: String) {
    if let effect = Self.attributeWords[word] {
      apply(effect, to: \.set, \.clear)
    } else if word.first == "r", let effect = Self.attributeWords[String(word.dropFirst())] {
      apply(effect, to: \.recursiveSet, \.recursiveClear)
    } else if let change = Self.propagationWords[word] {
      propagation.append(change)
    } else if let flag = Self.filesystemWords[word] {
      filesystemFlags.append(contentsOf: flag)
    } else {
      takeSpecial(word)
    }
  }

  private mutating func takeSpecial(_ word: String) {
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
    case "defaults": break
    case let word where word.hasPrefix("idmap="): takeMapping(.single, word)
    case let word where word.hasPrefix("ridmap="): takeMapping(.recursive, word)
    default: data.append(contentsOf: Self.parameters(of: word))
    }
  }

  private mutating func takeMapping(_ reach: IDMapping, _ word: String) {
    idMap = reach
    idMapText = String(word.drop { $0 != "=" }.dropFirst())
  }

  /// The parameters of a word that holds several, as mount(2) would find them:
  /// separated by commas that neither follow a backslash nor are quoted.
  private static func parameters(of word: String) -> [String] {
    var parameters: [[UInt8]] = [[]]
    var isEscaped = false
    var isQuoted = false
    for byte in word.utf8 {
      if byte == UInt8(ascii: ","), !isEscaped, !isQuoted {
        parameters.append([])
        continue
      }
      if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      parameters[parameters.count - 1].append(byte)
    }
    return parameters.map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
  }

  private mutating func apply(
    _ effect: Effect, to set: WritableKeyPath<Self, MountAttributes>,
    _ clear: WritableKeyPath<Self, MountAttributes>
  ) {
    self[keyPath: set].subtract(effect.clear)
    self[keyPath: set].formUnion(effect.set)
    self[keyPath: clear].subtract(effect.set.subtracting(.accessTimeMask))
    self[keyPath: clear].formUnion(effect.clear)
  }

  private struct Effect {
    var set: MountAttributes = []
    var clear: MountAttributes = []
  }

  // The three bits of the access time mode are one value: whoever sets it has
  // to clear the whole mask (mount_setattr(2)).
  private static let attributeWords: [String: Effect] = [
    "ro": Effect(set: .readOnly), "rw": Effect(clear: .readOnly),
    "nosuid": Effect(set: .noSetID), "suid": Effect(clear: .noSetID),
    "nodev": Effect(set: .noDevices), "dev": Effect(clear: .noDevices),
    "noexec": Effect(set: .noExec), "exec": Effect(clear: .noExec),
    "nodiratime": Effect(set: .noDirectoryAccessTime),
    "diratime": Effect(clear: .noDirectoryAccessTime),
    "nosymfollow": Effect(set: .noSymlinkFollow), "symfollow": Effect(clear: .noSymlinkFollow),
    "noatime": Effect(set: .noAccessTime, clear: .accessTimeMask),
    "atime": Effect(clear: .accessTimeMask),
    "relatime": Effect(clear: .accessTimeMask),
    "norelatime": Effect(clear: .accessTimeMask),
    "strictatime": Effect(set: .strictAccessTime, clear: .accessTimeMask),
    "nostrictatime": Effect(clear: .accessTimeMask),
  ]

  private static let propagationWords: [String: (kind: MountFlags, recursive: Bool)] = [
    "private": (.makePrivate, false), "rprivate": (.makePrivate, true),
    "shared": (.shared, false), "rshared": (.shared, true),
    "slave": (.slave, false), "rslave": (.slave, true),
    "unbindable": (.unbindable, false), "runbindable": (.unbindable, true),
  ]

  /// Words for the whole file system, with the parameters that stand for them;
  /// none where the word is the default, or no parameter of fsconfig(2).
  private static let filesystemWords: [String: [String]] = [
    "sync": ["sync"], "async": ["async"], "dirsync": ["dirsync"], "mand": ["mand"],
    "nomand": ["nomand"], "lazytime": ["lazytime"], "nolazytime": ["nolazytime"],
    "iversion": [], "noiversion": [], "silent": [], "loud": [],
  ]

  private static let specialWords = [
    "bind", "rbind", "tmpcopyup", "idmap", "ridmap", "src-nofollow", "dest-nofollow",
    "copy-symlink", "defaults", "remount",
  ]

  /// Every word with a meaning of its own, sorted, for `features`.
  package static var names: [String] {
    (Array(attributeWords.keys) + attributeWords.keys.map { "r\($0)" }
      + Array(propagationWords.keys) + Array(filesystemWords.keys) + specialWords).sorted()
  }

  /// The propagation that `linux.rootfsPropagation` names.
  static func propagation(named word: String) -> (kind: MountFlags, recursive: Bool)? {
    propagationWords[word]
  }
}
