// SPDX-License-Identifier: Apache-2.0

/// Where in a document a value is, such as `mounts[3].destination`.
///
/// It is a chain of steps; the text is made when an error asks for it.
package indirect enum DocumentPath: Equatable, Sendable, CustomStringConvertible {
  /// The document itself.
  case root
  /// A key of the object at a path.
  case member(of: DocumentPath, String)
  /// An index of the array at a path.
  case element(of: DocumentPath, Int)

  /// The path of a key of the object here.
  package subscript(key: String) -> DocumentPath { .member(of: self, key) }

  /// The path of an index of the array here.
  package subscript(index: Int) -> DocumentPath { .element(of: self, index) }

  package var description: String {
    switch self {
    case .root: ""
    case .element(let parent, let index): "\(parent.description)[\(index)]"
    case .member(let parent, let key):
      if !Self.isPlain(key) {
        "\(parent.description)[\(key.quoted)]"
      } else if parent == .root {
        key
      } else {
        "\(parent.description).\(key)"
      }
    }
  }

  /// An error about the value here.
  package func error(_ reason: String) -> SpecError {
    SpecError(path: description, reason: reason)
  }

  /// Tells whether a key can stand in a path without quotes.
  private static func isPlain(_ key: String) -> Bool {
    !key.isEmpty
      && key.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
