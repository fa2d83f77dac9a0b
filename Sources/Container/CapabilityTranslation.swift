// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel
package import RuntimeSpec

/// The capabilities of a process, from `process.capabilities`.
///
/// They are applied in three steps around the change of user, in this order:
/// 1. `limitBounding()`, while `CAP_SETPCAP` is still there;
/// 2. `keepAcrossUserChange()`, then the change of user;
/// 3. `apply()`, after which nothing privileged is possible any more.
///
/// What the process cannot have is left out and returned for a warning, as the
/// specification wants it: it never keeps a container from starting.
package struct ProcessCapabilities: Equatable, Sendable {
  /// What no program can go beyond.
  package var bounding: CapabilitySet
  /// What the kernel checks against.
  package var effective: CapabilitySet
  /// What a program with file capabilities may inherit.
  package var inheritable: CapabilitySet
  /// What `effective` may hold.
  package var permitted: CapabilitySet
  /// What an ordinary program keeps.
  package var ambient: CapabilitySet
  /// The names that libcap does not know, each once.
  package private(set) var unknownNames: [String]

  /// Reads the names; no object at all means no capabilities at all.
  package init(_ capabilities: LinuxCapabilities?) {
    var unknown: [String] = []
    func set(_ names: [String]?) -> CapabilitySet {
      (names ?? []).reduce(into: CapabilitySet()) { set, name in
        if let capability = CapabilitySet(name: name) {
          set.formUnion(capability)
        } else if !unknown.contains(name) {
          unknown.append(name)
        }
      }
    }
    bounding = set(capabilities?.bounding)
    effective = set(capabilities?.effective)
    inheritable = set(capabilities?.inheritable)
    permitted = set(capabilities?.permitted)
    ambient = set(capabilities?.ambient)
    unknownNames = unknown
  }

  // MARK: - Applying

  /// Takes everything out of the bounding set that is not in `bounding`.
  ///
  /// - Returns: what was asked for and was not there to keep.
  package func limitBounding() throws(SystemError) -> CapabilitySet {
    try ThreadCapabilities.dropBounding(keeping: bounding)
    return bounding.subtracting(ThreadCapabilities.bounding(of: bounding))
  }

  /// Lets the permitted set outlive the change to another user, so that
  /// `apply()` still has something to choose from.
  package func keepAcrossUserChange() throws(SystemError) {
    try OwnProcess.setKeepCapabilities(true)
  }

  /// Makes the sets those of the calling thread, as far as it may have them.
  ///
  /// - Returns: what was asked for in one of the sets and could not be granted.
  package func apply() throws(SystemError) -> CapabilitySet {
    let now = try ThreadCapabilities.current()
    let granted = grantable(
      from: now, bounding: ThreadCapabilities.bounding(of: inheritable))
    try granted.apply()
    let refusedAmbient = try ThreadCapabilities.setAmbient(ambient)
    return permitted.subtracting(granted.permitted)
      .union(effective.subtracting(granted.effective))
      .union(inheritable.subtracting(granted.inheritable))
      .union(refusedAmbient)
  }

  /// The part of the sets that capset(2) will take.
  ///
  /// - Parameters:
  ///   - now: the sets of the thread.
  ///   - bounding: what of `inheritable` is in the bounding set.
  /// - Returns: the sets to apply.
  func grantable(from now: ThreadCapabilities, bounding: CapabilitySet) -> ThreadCapabilities {
    // Permitted only ever shrinks, and effective lies within it. Inheritable may
    // grow by what is both bounding and, lacking CAP_SETPCAP, permitted.
    let permitted = permitted.intersection(now.permitted)
    let addable = bounding.intersection(now.permitted)
    return ThreadCapabilities(
      effective: effective.intersection(permitted), permitted: permitted,
      inheritable: inheritable.intersection(now.inheritable.union(addable)))
  }

  // MARK: - Warnings

  /// A warning for names that mean nothing here, nil when there are none.
  package var unknownWarning: String? {
    if unknownNames.isEmpty { return nil }
    return "ignoring unknown capabilities: \(unknownNames.joined(separator: ", "))"
  }

  /// A warning for what a step above could not grant, nil for nothing.
  package static func warning(notGranted: CapabilitySet) -> String? {
    if notGranted.isEmpty { return nil }
    return "capabilities that this process cannot grant: "
      + notGranted.names.joined(separator: ", ")
  }
}
