// SPDX-License-Identifier: Apache-2.0

/// The number of a descriptor where the number itself is what counts: one that
/// the caller hands down under it, or one of another process.
package struct DescriptorNumber: Equatable, Sendable {
  /// The number.
  package let value: Int32

  /// Refers to a number, open or not.
  package init(_ value: Int32) {
    self.value = value
  }

  /// So many numbers from the first that is no standard stream.
  package static func afterStreams(_ count: Int) -> [DescriptorNumber] {
    (0..<Int32(count)).map { DescriptorNumber(StandardStream.error.rawValue + 1 + $0) }
  }
}
