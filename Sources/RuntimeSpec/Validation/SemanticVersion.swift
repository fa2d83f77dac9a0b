// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A version number of the form that semver.org 2.0.0 describes.
package struct SemanticVersion: Equatable, Sendable {
  /// Raised by incompatible changes.
  package let major: UInt32
  /// Raised by additions.
  package let minor: UInt32
  /// Raised by corrections.
  package let patch: UInt32

  /// Parses a version, nil when the text is none.
  ///
  /// The pre-release and the build are checked, but not kept.
  package init?(_ text: String) {
    var rest = text[...]
    if let plus = rest.firstIndex(of: "+") {
      guard Self.areIdentifiers(rest[rest.index(after: plus)...], numbersAreCanonical: false)
      else { return nil }
      rest = rest[..<plus]
    }
    if let dash = rest.firstIndex(of: "-") {
      guard Self.areIdentifiers(rest[rest.index(after: dash)...], numbersAreCanonical: true)
      else { return nil }
      rest = rest[..<dash]
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy(Self.isCanonicalNumber),
      let major = UInt32(parts[0]), let minor = UInt32(parts[1]), let patch = UInt32(parts[2])
    else { return nil }
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Checks the version that a bundle claims to follow.
  package static func validate(
    _ text: String, at path: DocumentPath
  ) throws(SpecError) {
    guard let version = SemanticVersion(text) else {
      throw path.error("\(text.quoted) is not a semantic version such as \(specVersion)")
    }
    if version.major != 1 {
      throw path.error("version \(text.quoted) is not supported, only 1.x is")
    }
  }

  private static func isCanonicalNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
      && (text.utf8.count == 1 || text.utf8.first != 0x30)
  }

  private static func areIdentifiers(_ text: Substring, numbersAreCanonical: Bool) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      guard !part.isEmpty else { return false }
      if part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        return !numbersAreCanonical || isCanonicalNumber(part)
      }
      return part.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || byte == 0x2D
      }
    }
  }
}
