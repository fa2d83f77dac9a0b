// SPDX-License-Identifier: Apache-2.0

/// A document that is not what the specification wants: where, and why.
///
/// Prints as `linux.resources.memory.limit: not an integer`.
package struct SpecError: Error, Equatable, CustomStringConvertible {
  /// The property's path in the document, such as `mounts[3].destination`;
  /// empty for the document itself.
  package let path: String
  /// What is wrong with it.
  package let reason: String

  /// Makes an error from its parts.
  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String {
    path.isEmpty ? reason : "\(path): \(reason)"
  }
}
