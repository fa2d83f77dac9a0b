// SPDX-License-Identifier: Apache-2.0

extension DefaultStringInterpolation {
  /// Stands before the standard library's, which has no text for a value without a
  /// description of its own when there are no names of types to make one of.
  @available(*, deprecated, message: "the type needs a description")
  mutating func appendInterpolation<Value>(_ value: Value) {}
}
