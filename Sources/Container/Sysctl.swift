// SPDX-License-Identifier: Apache-2.0

/// Names of kernel parameters.
package enum Sysctl {
  /// The path of a parameter below `/proc/sys`.
  ///
  /// As sysctl(8) has it: when the first separator is a slash, slashes separate
  /// and dots belong to names; otherwise it is the other way round.
  package static func path(of name: String) -> String {
    guard let first = name.first(where: { $0 == "." || $0 == "/" }), first == "." else {
      return name
    }
    return String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
  }
}
