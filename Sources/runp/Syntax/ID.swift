// SPDX-License-Identifier: Apache-2.0

internal import Container

/// The IDs of containers and pods as the command line takes them.
enum ID {
  /// Fails when `id` cannot name a `kind` of thing.
  static func check(_ id: String, of kind: String) throws(UsageError) {
    if id.isEmpty { throw UsageError(value: "\(kind) id cannot be empty") }
    if id.utf8.count > Identifier.longest {
      throw UsageError(
        value:
          "invalid \(kind) ID format: \"\(id)\": longer than \(Identifier.longest) characters")
    }
    if !Identifier.isID(id) { throw UsageError(value: "invalid \(kind) ID format: \"\(id)\"") }
  }
}
