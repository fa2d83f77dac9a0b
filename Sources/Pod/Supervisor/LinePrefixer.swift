// SPDX-License-Identifier: Apache-2.0

/// Puts a label in front of each line of a stream that arrives in pieces.
struct LinePrefixer {
  private let label: [UInt8]
  private var pending: [UInt8] = []
  /// A line longer than this is broken, so that a stream without newlines does
  /// not fill the memory.
  private static let limit = 65536

  init(label: String) {
    self.label = Array(label.utf8)
  }

  /// Takes the next piece and gives back the lines that are complete.
  mutating func feed(_ bytes: [UInt8]) -> [UInt8] {
    var lines: [UInt8] = []
    var rest = bytes[...]
    while let newline = rest.firstIndex(of: UInt8(ascii: "\n")) {
      append(rest[..<newline], to: &lines)
      rest = rest[(newline + 1)...]
    }
    pending += rest
    while pending.count >= Self.limit {
      let line = pending[..<Self.limit]
      pending = Array(pending[Self.limit...])
      lines += label + line + [UInt8(ascii: "\n")]
    }
    return lines
  }

  private mutating func append(_ end: ArraySlice<UInt8>, to lines: inout [UInt8]) {
    lines += label
    lines += pending
    lines += end
    lines.append(UInt8(ascii: "\n"))
    pending.removeAll(keepingCapacity: true)
  }

  /// Gives back what was not ended by a newline, as a line.
  mutating func finish() -> [UInt8] {
    if pending.isEmpty { return [] }
    var lines: [UInt8] = []
    append([], to: &lines)
    return lines
  }
}
