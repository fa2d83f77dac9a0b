// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// What the command line takes from its surroundings, replaceable in tests.
struct Environment {
  /// The effective user.
  var userID: UInt32
  /// The effective group.
  var groupID: UInt32
  /// Whether the process is in a user namespace other than the first.
  var isInUserNamespace: () -> Bool
  /// The working directory; nil when it is gone, or out of reach.
  var workingDirectory: () -> String?
  /// The value of an environment variable.
  var variable: (String) -> String?

  /// The surroundings of this process.
  static var current: Environment {
    Environment(
      userID: geteuid(), groupID: getegid(), isInUserNamespace: { UserNamespace.own != .initial },
      workingDirectory: currentDirectory,
      variable: OwnProcess.environmentValue)
  }

  private static func currentDirectory() -> String? {
    guard let path = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }
}
