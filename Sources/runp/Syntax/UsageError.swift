// SPDX-License-Identifier: Apache-2.0

/// A command line that cannot be acted on.
struct UsageError: Error, Equatable {
  /// What is wrong, without the program's name.
  let message: String
  /// Whether the command's usage helps; it does not when only a value is bad.
  let showsUsage: Bool

  /// Makes an error that is shown with the command's usage.
  init(_ message: String) {
    self.message = message
    showsUsage = true
  }

  /// Makes an error about values, shown by itself.
  init(value message: String) {
    self.message = message
    showsUsage = false
  }
}
