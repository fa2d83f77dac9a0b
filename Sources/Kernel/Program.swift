// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Executing a program: arguments and environment in the form that execve(2)
/// takes, made ahead so that nothing is allocated at the end.
@safe package final class Program {
  private let arguments: [UnsafeMutablePointer<CChar>?]
  private let environment: [UnsafeMutablePointer<CChar>?]

  /// Copies the strings.
  package init(arguments: [String], environment: [String]) {
    unsafe self.arguments = unsafe arguments.map { unsafe strdup($0) } + [nil]
    unsafe self.environment = unsafe environment.map { unsafe strdup($0) } + [nil]
  }

  deinit {
    for index in unsafe arguments.indices { unsafe free(arguments[index]) }
    for index in unsafe environment.indices { unsafe free(environment[index]) }
  }

  /// Whether this process, with the rights that it has now, may execute the file
  /// at a path.
  ///
  /// The corresponding call is faccessat2(2) with `AT_EACCESS`.
  package static func isExecutable(_ path: String) -> Bool {
    unsafe faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0
  }

  /// Replaces this process by a program; returns only when that failed.
  ///
  /// The corresponding call is execve(2).
  package func execute(_ path: String) -> RuntimeError {
    // Not execveat(2): a system call filter may know only this one.
    let result = unsafe clinux_execve(path, arguments, environment)
    return RuntimeError(call: "execve", errno: -result, subject: path)
  }
}
