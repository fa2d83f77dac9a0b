// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// The program that a container runs, found in the container's file system.
struct Executable {
  /// The path to execute.
  let path: String
  /// The environment that it gets.
  let environment: [String]
  /// Arguments and environment, ready for execve(2).
  let program: Program

  /// Looks the program up as a shell of the container's user would, with the
  /// container's PATH.
  ///
  /// The root directory, the working directory and the user have to be the
  /// process's own already.
  init(_ process: Process, environment: [String]) throws(RuntimeError) {
    self.environment = environment
    path = try Self.find(process.args[0], environment)
    program = Program(arguments: process.args, environment: environment)
  }

  /// The words about a failed execve(2) that clients look for.
  func failure(_ error: RuntimeError) -> RuntimeError {
    RuntimeError(.failed, "exec \(path): \(RuntimeError.reason(error.errno))")
  }

  private static func find(
    _ name: String, _ environment: [String]
  ) throws(RuntimeError) -> String {
    if name.contains("/") {
      try check(name)
      return name
    }
    let variable = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5)
    var isDenied = false
    for directory in (variable ?? "").split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = directory.isEmpty ? "./\(name)" : "\(directory)/\(name)"
      // What the user cannot reach is passed over like what is not there.
      guard let status = try? FileStatus(candidate), status.kind != .directory else { continue }
      if Program.isExecutable(candidate) { return candidate }
      isDenied = true
    }
    throw isDenied ? denial(name) : failure(name, "executable file not found in $PATH")
  }

  /// Checks what can be said of a program before it is executed: an engine whose
  /// `create` fails knows that nothing has been started.
  private static func check(_ path: String) throws(RuntimeError) {
    let status: FileStatus
    do {
      status = try FileStatus(path)
    } catch {
      throw failure(path, "stat \(path): \(RuntimeError.reason(error.errno))")
    }
    if status.kind == .directory { throw failure(path, "is a directory") }
    if !Program.isExecutable(path) { throw denial(path) }
  }

  private static func denial(_ name: String) -> RuntimeError { failure(name, "permission denied") }

  /// The words that clients look for.
  private static func failure(_ name: String, _ reason: String) -> RuntimeError {
    RuntimeError(.failed, "exec: \"\(name)\": \(reason)")
  }
}
