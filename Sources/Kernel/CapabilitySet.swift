// SPDX-License-Identifier: Apache-2.0

internal import CCap
internal import CLinux
internal import Glibc

/// A set of capabilities (capabilities(7)), a bit for each.
package struct CapabilitySet: OptionSet, Hashable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The set of one capability, by its number.
  package init(number: Int) {
    rawValue = (0..<64).contains(number) ? 1 << UInt64(number) : 0
  }

  /// The capability of a name as the kernel's headers spell it (`CAP_CHOWN`).
  ///
  /// - Returns: nil when libcap knows none.
  ///
  /// The corresponding function is cap_from_name(3).
  package init?(name: String) {
    // libcap also takes lower case, numbers, and names with text behind them.
    let letters = UInt8(ascii: "A")...UInt8(ascii: "Z")
    var number: cap_value_t = 0
    guard name.hasPrefix("CAP_"),
      name.utf8.allSatisfy({ letters.contains($0) || $0 == UInt8(ascii: "_") }),
      unsafe cap_from_name(name, &number) == 0
    else { return nil }
    self.init(number: Int(number))
  }

  /// The numbers of the capabilities in the set, lowest first.
  package var numbers: [Int] {
    (0..<64).filter { rawValue & (1 << UInt64($0)) != 0 }
  }

  /// The names of the capabilities in the set, in the order of their numbers.
  package var names: [String] {
    numbers.map(CapabilitySet.name)
  }

  /// The name of a capability, `CAP_63` and the like for one that libcap does
  /// not know.
  ///
  /// The corresponding function is cap_to_name(3).
  package static func name(of number: Int) -> String {
    guard let text = unsafe cap_to_name(cap_value_t(number)) else { return "CAP_\(number)" }
    defer { unsafe cap_free(text) }
    let name = unsafe String(cString: text)
    return name.hasPrefix("cap_") ? name.uppercased() : "CAP_\(number)"
  }

  /// Every capability that libcap has a name for.
  package static var named: CapabilitySet {
    CapabilitySet(rawValue: (1 << UInt64(CAP_LAST_CAP + 1)) - 1)
  }
}

// MARK: - The calling thread

/// The capability sets of the calling thread.
///
/// Raw calls all along: libcap's would reach for every thread of the process,
/// and a container's init, right after clone3, has but one.
package struct ThreadCapabilities: Equatable, Sendable {
  /// What the kernel checks against.
  package var effective: CapabilitySet
  /// What `effective` may hold.
  package var permitted: CapabilitySet
  /// What a program with file capabilities may inherit.
  package var inheritable: CapabilitySet

  /// Makes the sets from their parts.
  package init(effective: CapabilitySet, permitted: CapabilitySet, inheritable: CapabilitySet) {
    self.effective = effective
    self.permitted = permitted
    self.inheritable = inheritable
  }

  /// Reads the sets of the calling thread.
  ///
  /// The corresponding call is capget(2).
  package static func current() throws(RuntimeError) -> ThreadCapabilities {
    var effective: UInt64 = 0
    var permitted: UInt64 = 0
    var inheritable: UInt64 = 0
    try check(unsafe clinux_capget(0, &effective, &permitted, &inheritable), "capget")
    return ThreadCapabilities(
      effective: CapabilitySet(rawValue: effective),
      permitted: CapabilitySet(rawValue: permitted),
      inheritable: CapabilitySet(rawValue: inheritable))
  }

  /// Makes these the sets of the calling thread.
  ///
  /// The corresponding call is capset(2).
  package func apply() throws(RuntimeError) {
    try check(
      clinux_capset(effective.rawValue, permitted.rawValue, inheritable.rawValue), "capset")
  }

  /// Those of the given capabilities that are in the bounding set.
  ///
  /// The corresponding call is prctl(2) with `PR_CAPBSET_READ`.
  package static func bounding(of asked: CapabilitySet) -> CapabilitySet {
    asked.numbers.reduce(into: CapabilitySet()) { found, number in
      if isBounding(number) { found.insert(CapabilitySet(number: number)) }
    }
  }

  /// Takes everything but the given capabilities out of the bounding set.
  ///
  /// - Throws: `RuntimeError` naming the capability that could not be dropped.
  ///
  /// The corresponding call is prctl(2) with `PR_CAPBSET_DROP`.
  package static func dropBounding(keeping kept: CapabilitySet) throws(RuntimeError) {
    for number in 0..<64 where !kept.contains(CapabilitySet(number: number)) {
      let result = clinux_prctl(Option.dropBounding, UInt(number), 0, 0, 0)
      // The kernel has no more of them.
      if result == -EINVAL { return }
      // Without CAP_SETPCAP, what is not there cannot be "dropped" either.
      if result == -EPERM, !isBounding(number) { continue }
      try check(result, "prctl", "PR_CAPBSET_DROP \(CapabilitySet.name(of: number))")
    }
  }

  /// Empties the ambient set.
  ///
  /// The corresponding call is prctl(2) with `PR_CAP_AMBIENT`.
  package static func clearAmbient() throws(RuntimeError) {
    try check(
      clinux_prctl(Option.ambient, Option.ambientClearAll, 0, 0, 0), "prctl",
      "PR_CAP_AMBIENT_CLEAR_ALL")
  }

  /// Adds to the ambient set, as far as the securebits allow it, what is both
  /// permitted and inheritable.
  ///
  /// - Returns: what could not be raised.
  ///
  /// The corresponding call is prctl(2) with `PR_CAP_AMBIENT`.
  @discardableResult
  package static func raiseAmbient(_ wanted: CapabilitySet) -> CapabilitySet {
    wanted.numbers.reduce(into: CapabilitySet()) { refused, number in
      if clinux_prctl(Option.ambient, Option.ambientRaise, UInt(number), 0, 0) < 0 {
        refused.insert(CapabilitySet(number: number))
      }
    }
  }

  private static func isBounding(_ number: Int) -> Bool {
    clinux_prctl(Option.readBounding, UInt(number), 0, 0, 0) == 1
  }

  /// The options of prctl(2), which glibc's headers for Swift lack.
  private enum Option {
    static let readBounding: Int32 = 23
    static let dropBounding: Int32 = 24
    static let ambient: Int32 = 47
    static let ambientRaise: UInt = 2
    static let ambientClearAll: UInt = 4
  }
}
