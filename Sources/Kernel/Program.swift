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
    unsafe self.arguments = Self.copies(of: arguments)
    unsafe self.environment = Self.copies(of: environment)
  }

  private static func copies(of words: [String]) -> [UnsafeMutablePointer<CChar>?] {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe []
    for word in words { unsafe copies.append(word.withCString { unsafe strdup($0) }) }
    unsafe copies.append(nil)
    return unsafe copies
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
    unsafe path.withCString { unsafe faccessat(AT_FDCWD, $0, X_OK, AT_EACCESS) == 0 }
  }

  /// Replaces this process by a program; returns only when that failed.
  ///
  /// The corresponding call is execve(2).
  package func execute(_ path: String) -> RuntimeError {
    // Not execveat(2): a system call filter may know only this one.
    let result = unsafe path.withCString { unsafe clinux_execve($0, arguments, environment) }
    return RuntimeError(call: "execve", errno: -result, subject: path)
  }
}
