// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import Kernel

/// The scope that a container gets from systemd, or the slice of a pod, and the
/// slice around it.
package struct UnitName: Equatable, Sendable {
  /// The unit, with `.scope` or `.slice` at its end.
  package let unit: String
  /// The slice that it is in; `-.slice` is the root.
  package let slice: String

  /// Whether the unit is a slice itself.
  var isSlice: Bool { unit.hasSuffix(".slice") }

  /// Reads `linux.cgroupsPath` of a container, of the form `slice:prefix:name`.
  ///
  /// The container gets the scope `prefix-name`, or `name` with an empty prefix,
  /// in the slice; an empty one is `system.slice`, or `user.slice` of a user's
  /// own systemd. Without a path it is `runp-<id>.scope`.
  ///
  /// - Throws: `RuntimeError` naming `linux.cgroupsPath`.
  package init(scope cgroupsPath: String?, id: String, isUser: Bool) throws(RuntimeError) {
    let given = cgroupsPath ?? ":runp:\(id)"
    let parts = given.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else {
      throw Self.invalid(
        "\(given) is not of the form slice:prefix:name, which the systemd driver needs")
    }
    let (prefix, name) = (parts[1], parts[2])
    if name.isEmpty { throw Self.invalid("\(given) names no unit") }
    if name.hasSuffix(".slice") {
      throw Self.invalid("\(given) names a slice, in which no process can be")
    }
    slice = parts[0].isEmpty ? (isUser ? "user.slice" : "system.slice") : parts[0]
    unit = (prefix.isEmpty ? name : "\(prefix)-\(name)") + ".scope"
    _ = try Self.expand(slice)
    try Self.check(unit)
  }

  /// Takes the name of a slice that a pod asks for.
  ///
  /// - Throws: `RuntimeError` naming `linux.cgroupsPath`.
  package init(slice name: String) throws(RuntimeError) {
    let names = try Self.expand(name)
    guard let last = names.last else {
      throw Self.invalid("\(name) is the slice of everything")
    }
    unit = last
    slice = names.dropLast().last ?? "-.slice"
  }

  /// The slice of a pod that asks for no other: its members' scopes are in it.
  package init(pod id: String) {
    // A dash would nest it in the slice of another pod.
    unit = "runp-\(Self.escaped(id)).slice"
    slice = "runp.slice"
  }

  /// The names of the cgroups from the root of the hierarchy to the unit, or
  /// from the cgroup of a user's own systemd.
  func components() throws(RuntimeError) -> [String] {
    isSlice ? try Self.expand(unit) : try Self.expand(slice) + [unit]
  }

  /// The cgroups of a slice: each dash in its name leads into the slice of what
  /// is before it (systemd.slice(5)).
  static func expand(_ slice: String) throws(RuntimeError) -> [String] {
    if slice == "-.slice" { return [] }
    guard slice.hasSuffix(".slice") else { throw invalid("\(slice) does not end in .slice") }
    try check(slice)
    let words = slice.dropLast(".slice".count)
      .split(separator: "-", omittingEmptySubsequences: false)
    if words.contains("") {
      throw invalid("\(slice) has a dash at its start, its end or beside one")
    }
    return words.indices.map { words[...$0].joined(separator: "-") + ".slice" }
  }

  /// A text as part of a unit's name, as systemd-escape(1) writes it.
  static func escaped(_ text: String) -> String {
    var result = ""
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: ":"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: ".") where index > 0:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16)
        result += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }

  /// The characters of unit names, and their length (systemd.unit(5)).
  private static func check(_ name: String) throws(RuntimeError) {
    let isValid = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: ":-_.\\@".utf8.contains(byte)
      }
    }
    if !isValid { throw invalid("\(name.quoted) cannot name a unit of systemd") }
    if name.utf8.count > 255 {
      throw invalid("\(name) is longer than the 255 bytes of a unit's name")
    }
  }

  private static func invalid(_ reason: String) -> RuntimeError {
    RuntimeError(.invalidSpec, "linux.cgroupsPath: \(reason)")
  }
}
