// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Turns a failed command into the words that callers look for.
///
/// containerd, CRI-O, podman and docker have no other way to tell "gone" from
/// "broken" than to search the message for words, some of them in lower case
/// only: `does not exist`, `container not running`, `no such process`,
/// `no such file or directory`, `permission denied`.
enum ErrorText {
  /// The message for an error.
  static func message(for error: RuntimeError) -> String {
    let text = error.description
    guard case .system(let cause) = error.cause, text.hasSuffix(cause.reason) else { return text }
    return text.dropLast(cause.reason.count) + lowercased(cause.reason)
  }

  /// The reason with its first word in lower case, unless that is an
  /// abbreviation such as `RFS`.
  private static func lowercased(_ reason: String) -> String {
    guard let first = reason.first, let second = reason.dropFirst().first, !second.isUppercase
    else { return reason }
    return first.lowercased() + reason.dropFirst()
  }
}
