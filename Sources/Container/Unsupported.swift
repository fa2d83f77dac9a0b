// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import RuntimeSpec

/// Properties that runp knows and cannot act on: asking for one is an error,
/// for a container must not run with less than its configuration says.
enum Unsupported {
  /// Refuses a configuration that asks for such a property.
  static func check(_ spec: Spec) throws(RuntimeError) {
    guard let linux = spec.linux else { return }
    if !linux.netDevices.isEmpty { throw refusal("linux.netDevices") }
    if linux.intelRdt != nil { throw refusal("linux.intelRdt") }
  }

  private static func refusal(_ property: String) -> RuntimeError {
    RuntimeError(.invalidSpec, "\(property): not supported by this version of runp")
  }
}
