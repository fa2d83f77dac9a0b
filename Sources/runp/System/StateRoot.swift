// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// The directory that holds the state of all containers and pods.
struct StateRoot: Equatable {
  /// The absolute path, without `.`, `..` or a slash at the end.
  let path: String
  /// The permissions to make it with.
  ///
  /// In `$XDG_RUNTIME_DIR` cleaners of old files spare only what has the sticky
  /// bit; elsewhere the containers' own users pass through to their volumes.
  let mode: UInt32

  /// Finds the directory: the one given, or the default for this user.
  init(_ given: String?, _ environment: Environment) throws(RuntimeError) {
    if let given {
      path = try Self.absolute(given, environment.workingDirectory)
      mode = 0o711
    } else if let runtime = Self.userDirectory(environment) {
      path = try Self.absolute("\(runtime)/runp", environment.workingDirectory)
      mode = 0o1700
    } else {
      path = "/run/runp"
      mode = 0o711
    }
    if path == "/" {
      throw RuntimeError(.failed, "the state directory (--root) must not be /")
    }
  }

  /// `$XDG_RUNTIME_DIR`, when the user is not the host's root.
  private static func userDirectory(_ environment: Environment) -> String? {
    guard let path = environment.variable("XDG_RUNTIME_DIR"), !path.isEmpty else { return nil }
    if environment.userID != 0 { return path }
    // sudo and su leave the variable of the user who called them.
    let isUser = environment.variable("USER") != "root" && environment.isInUserNamespace()
    return isUser ? path : nil
  }

  private static func absolute(
    _ path: String, _ workingDirectory: () -> String?
  ) throws(RuntimeError) -> String {
    if path.hasPrefix("/") { return SafePath.cleaned(path) }
    guard let directory = workingDirectory() else {
      throw RuntimeError(
        .failed, "the state directory (--root) is \(path), and there is no working directory")
    }
    return SafePath.cleaned("\(directory)/\(path)")
  }
}
