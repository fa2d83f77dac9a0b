// SPDX-License-Identifier: Apache-2.0

/// The layers in the `lowerdir` of an overlay file system.
package enum OverlayLayers {
  /// One layer: a path, and whether only the contents of files come from it.
  package struct Layer: Equatable, Sendable {
    /// The path of the directory.
    package let path: String
    /// Whether it stands behind `::`.
    package let isData: Bool
  }

  /// Splits at colons that follow no backslash, and drops the backslashes; what
  /// is behind two colons is for data only.
  package static func split(_ value: String) -> [Layer] {
    var paths: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in value.utf8 {
      if !isEscaped, byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if !isEscaped, byte == UInt8(ascii: ":") {
        paths.append([])
      } else {
        paths[paths.count - 1].append(byte)
        isEscaped = false
      }
    }
    return paths.indices.filter { !paths[$0].isEmpty }.map { index in
      Layer(
        path: String(decoding: paths[index], as: UTF8.self),
        isData: index > 1 && paths[index - 1].isEmpty)
    }
  }

  /// A path without the backslashes before commas and their like.
  package static func unescaped(_ value: String) -> String {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in value.utf8 {
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
      if !isEscaped { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
