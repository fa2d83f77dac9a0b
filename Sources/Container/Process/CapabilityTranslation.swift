// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel
package import RuntimeSpec

/// The capabilities of a process, from `process.capabilities`.
///
/// They are applied in three steps around the change of user, in this order:
/// 1. `limitBounding()`, while `CAP_SETPCAP` is still there;
/// 2. `keepAcrossUserChange()`, then the change of user;
/// 3. `grant()`, and its `take()`, after which nothing privileged is possible
///    any more.
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

  /// Whether a program with these may trace processes that do not want it
  /// (`CAP_SYS_PTRACE`).
  var mayTrace: Bool { bounding.contains(CapabilitySet(number: 19)) }

  // MARK: - Applying

  /// Takes everything out of the bounding set that is not in `bounding`.
  ///
  /// - Returns: what was asked for and was not there to keep.
  package func limitBounding() throws(RuntimeError) -> CapabilitySet {
    try ThreadCapabilities.dropBounding(keeping: bounding)
    return bounding.subtracting(ThreadCapabilities.bounding(of: bounding))
  }

  /// Lets the permitted set, and nothing of the caller's ambient one, outlive
  /// the change to another user, so that there is something to choose from.
  package func keepAcrossUserChange() throws(RuntimeError) {
    try OwnProcess.setKeepCapabilities(true)
    try ThreadCapabilities.clearAmbient()
  }

  /// What the calling thread may have of the sets.
  package struct Grant: Equatable, Sendable {
    fileprivate let sets: ThreadCapabilities
    fileprivate let ambient: CapabilitySet
    /// What was asked for in one of the sets and cannot be granted.
    package let refused: CapabilitySet

    /// Makes the sets those of the calling thread, and keeps, until they are
    /// taken again, what loading a filter takes besides (`CAP_SYS_ADMIN`).
    package func take(keepingForFilter: Bool = false) throws(RuntimeError) {
      var taken = sets
      if keepingForFilter {
        taken.permitted.insert(Self.forFilter)
        taken.effective.insert(Self.forFilter)
      }
      try taken.apply()
      ThreadCapabilities.raiseAmbient(ambient)
    }

    /// `CAP_SYS_ADMIN`.
    private static let forFilter = CapabilitySet(number: 21)
  }

  /// Decides what of the sets the calling thread may have.
  package func grant() throws(RuntimeError) -> Grant {
    let sets = grantable(
      from: try ThreadCapabilities.current(),
      bounding: ThreadCapabilities.bounding(of: inheritable))
    let possible = ambient.intersection(sets.permitted).intersection(sets.inheritable)
    return Grant(
      sets: sets, ambient: possible,
      refused: permitted.subtracting(sets.permitted)
        .union(effective.subtracting(sets.effective))
        .union(inheritable.subtracting(sets.inheritable))
        .union(ambient.subtracting(possible)))
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
