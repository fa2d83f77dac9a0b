// SPDX-License-Identifier: Apache-2.0

/// A value with one owner, held by several: it ends with the last of them.
///
/// For what can neither be copied nor kept in an array, a closure or an optional
/// that is read twice, such as a descriptor.
package final class Shared<Value: ~Copyable> {
  /// The held value; borrow it.
  package let value: Value

  /// Takes over a value.
  package init(_ value: consuming Value) {
    self.value = value
  }
}
