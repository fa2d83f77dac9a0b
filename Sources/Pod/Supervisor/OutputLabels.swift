// SPDX-License-Identifier: Apache-2.0

/// The labels in front of the lines that `pod run` prints: the names of the
/// containers, all as wide as the widest.
struct OutputLabels {
  /// The name that the supervisor's own lines have.
  static let supervisor = "runp"

  private let names: [String]
  private let width: Int
  /// Cyan, green, yellow, magenta, blue, red, as terminals number them.
  private static let colours = [36, 32, 33, 35, 34, 31]

  init(_ names: [String]) {
    self.names = names
    width = ([Self.supervisor] + names).map { $0.utf8.count }.max() ?? 0
  }

  /// The label of a container, or of the supervisor for any other name.
  func label(_ name: String, coloured: Bool) -> String {
    // IDs have no characters but ASCII ones, each a column wide.
    let padded = name + String(repeating: " ", count: max(0, width - name.utf8.count)) + " | "
    guard coloured else { return padded }
    let colour = names.firstIndex(of: name).map { Self.colours[$0 % Self.colours.count] }
    return "\u{1B}[\(colour ?? 2)m\(padded)\u{1B}[0m"
  }
}
