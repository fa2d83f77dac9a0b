// SPDX-License-Identifier: Apache-2.0

internal import Container

/// The rule for the IDs of containers and pods, which become directory names.
enum ID {
  /// The longest name that Linux's file systems take.
  static let longest = 255

  /// Fails when `id` cannot name a `kind` of thing.
  static func check(_ id: String, of kind: String) throws(UsageError) {
    if id.isEmpty { throw UsageError(value: "\(kind) id cannot be empty") }
    if id.utf8.count > longest {
      throw UsageError(
        value: "invalid \(kind) ID format: \"\(id)\": longer than \(longest) characters")
    }
    if StateStore.isReserved(id) || !id.utf8.allSatisfy(isAllowed) {
      throw UsageError(value: "invalid \(kind) ID format: \"\(id)\"")
    }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
  }
}
