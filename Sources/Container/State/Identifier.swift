// SPDX-License-Identifier: Apache-2.0

/// The rule for the names of containers, pods and volumes, which become those
/// of directories.
package enum Identifier {
  /// The longest name that Linux's file systems take.
  package static let longest = 255

  /// The name of the directory of pods in the state directory.
  package static let pods = "pods"

  /// Whether a volume can have the name: letters, digits, `_`, `+`, `-` and `.`.
  package static func isName(_ name: String) -> Bool {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2B, 0x2E, 0x2D: true
      default: false
      }
    }
    return isPlain && 1...longest ~= name.utf8.count && name != "." && name != ".."
  }

  /// Whether a container or a pod can have the ID: a name that means nothing
  /// else in the state directory.
  ///
  /// Pods and what begins with a dot, such as the cache, lie there beside the
  /// containers.
  package static func isID(_ name: String) -> Bool {
    isName(name) && !name.hasPrefix(".") && name != pods
  }
}
