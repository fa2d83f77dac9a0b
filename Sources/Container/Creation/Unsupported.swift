// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Properties that runp knows and cannot act on: asking for one is an error,
/// for a container must not run with less than its configuration says.
package enum Unsupported: String, CaseIterable {
  /// Network devices to be moved into the container.
  case netDevices = "linux.netDevices"
  /// Cache and memory bandwidth limits.
  case intelRdt = "linux.intelRdt"

  /// Refuses a configuration that asks for such a property.
  static func check(_ spec: Spec) throws(RuntimeError) {
    guard let linux = spec.linux else { return }
    for property in allCases where property.isAsked(of: linux) {
      throw RuntimeError(
        .invalidSpec, "\(property.rawValue): not supported by this version of runp")
    }
  }

  private func isAsked(of linux: Linux) -> Bool {
    switch self {
    case .netDevices: !linux.netDevices.isEmpty
    case .intelRdt: linux.intelRdt != nil
    }
  }
}
