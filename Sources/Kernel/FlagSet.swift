// SPDX-License-Identifier: Apache-2.0

/// A set of bits, put together from a literal by the code that has the literal.
///
/// The way of `SetAlgebra` goes through the metadata of generic types, which a
/// process that lives for milliseconds instantiates anew for each set.
@usableFromInline
package protocol FlagSet: OptionSet where RawValue: FixedWidthInteger {}

extension FlagSet {
  /// Unites flags.
  @inlinable
  package init(arrayLiteral flags: Self...) {
    var bits: RawValue = 0
    for flag in flags { bits |= flag.rawValue }
    self.init(rawValue: bits)
  }
}
