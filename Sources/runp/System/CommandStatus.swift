// SPDX-License-Identifier: Apache-2.0

/// The exit statuses that callers tell apart.
enum CommandStatus {
  /// It was done.
  static let success: Int32 = 0
  /// It was not done, or the command line is wrong.
  static let failure: Int32 = 1
  /// `exec` failed before the command ran; lower numbers are the command's own.
  static let execFailure: Int32 = 255
}
