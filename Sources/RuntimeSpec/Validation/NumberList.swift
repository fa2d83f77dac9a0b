// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A list of CPUs or memory nodes, such as `0-3,7`.
package struct NumberList: Equatable, Sendable {
  /// The ranges in the order of the text.
  package let ranges: [ClosedRange<UInt32>]

  /// Parses a list, nil when the text is none.
  package init?(_ text: String) {
    var ranges: [ClosedRange<UInt32>] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard let first = ends.first, let last = ends.last, let low = Self.number(first),
        let high = Self.number(last), low <= high
      else { return nil }
      ranges.append(low...high)
    }
    self.ranges = ranges
  }

  /// Throws unless the text, if there is any, is a list.
  static func validate(
    _ text: String?, at path: @autoclosure () -> DocumentPath
  ) throws(SpecError) {
    guard let text, NumberList(text) == nil else { return }
    throw path().error("\(text.quoted) is not a list such as 0-3,7")
  }

  /// The number of a text that has only digits; `UInt32` would take a sign.
  private static func number(_ text: Substring) -> UInt32? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt32(text)
  }
}
