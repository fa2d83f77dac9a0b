// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Whose a cgroup is, written on it, so that no two containers or pods have the
/// same one: neither while it is made, nor once nothing is in it any more.
///
/// It only decides who may have an empty cgroup. A container can write on its
/// own, so what is killed and removed goes by the identity in the state file.
package struct CgroupClaim {
  /// What is written: who holds the cgroup, in words that whoever decides
  /// `isAlive` understands.
  package let text: String
  /// Whether one that is there already may be taken.
  package let mayTake: Bool
  /// Whether the holder of another claim still exists.
  private let isAlive: (String) -> Bool
  /// What of a claim names its holder in messages.
  private let holder: (String) -> String

  /// The name of the attribute.
  private static let attribute = "user.runp.claim"

  /// Describes a claim.
  package init(
    _ text: String, mayTake: Bool, isAlive: @escaping (String) -> Bool,
    holder: @escaping (String) -> String
  ) {
    self.text = text
    self.mayTake = mayTake
    self.isAlive = isAlive
    self.holder = holder
  }

  /// Writes the claim on a cgroup that carries none.
  ///
  /// - Returns: false when another was quicker.
  func write(on cgroup: borrowing Descriptor) throws(RuntimeError) -> Bool {
    do {
      try ExtendedAttribute.create(Self.attribute, as: Array(text.utf8), of: cgroup)
      return true
    } catch  where error.errno == EEXIST {
      return try Self.read(from: cgroup) == text
    }
  }

  /// The claim that a cgroup carries; nil for none.
  static func read(from cgroup: borrowing Descriptor) throws(RuntimeError) -> String? {
    try ExtendedAttribute.value(attribute, of: cgroup).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether the claim that a cgroup carries is of somebody who is gone.
  ///
  /// - Throws: `RuntimeError` of kind `alreadyExists` when its holder exists.
  func isStale(_ other: String, at location: String) throws(RuntimeError) -> Bool {
    if other == text { return false }
    if isAlive(other) {
      throw RuntimeError(
        .alreadyExists, "cgroup \(location) already exists, and is that of \(holder(other))")
    }
    return true
  }
}
