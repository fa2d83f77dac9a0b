// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// The program that a container runs, found in the container's file system.
struct Executable {
  /// The path to execute.
  let path: String
  /// Arguments and environment, ready for execve(2).
  let program: Program

  /// Looks the program up, as a shell would with the container's PATH.
  ///
  /// The root directory has to be the container's already.
  init(_ process: Process) throws(RuntimeError) {
    let environment = Self.environment(of: process)
    path = try Self.find(process.args[0], environment, in: process.cwd)
    program = Program(arguments: process.args, environment: environment)
  }

  /// The words about a failed execve(2) that clients look for.
  func failure(_ error: SystemError) -> RuntimeError {
    RuntimeError(.failed, "exec \(path): \(error.reason)")
  }

  private static func environment(of process: Process) -> [String] {
    var last: [Substring: Int] = [:]
    for (index, entry) in process.env.enumerated() {
      last[entry.prefix { $0 != "=" }] = index
    }
    // Of several values for a name the last counts.
    var environment = process.env.enumerated()
      .filter { last[$1.prefix { $0 != "=" }] == $0 }.map { $1 }
    if last["HOME"] == nil { environment.append("HOME=\(home(of: process.user.uid))") }
    return environment
  }

  /// The home directory that the container's user database has for a user.
  private static func home(of uid: UInt32) -> String {
    // Without a database, or an entry in it, it is the root.
    guard let root = try? File.open("/", [.path, .directory]),
      let file = try? SafePath.open("etc/passwd", in: root, [.nonBlocking]),
      let status = try? FileStatus(of: file), status.kind == .regular,
      let bytes = try? File.readAll(file, limit: 1 << 20)
    else { return "/" }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard fields.count > 5, String(decoding: fields[2], as: UTF8.self) == "\(uid)" else {
        continue
      }
      return fields[5].isEmpty ? "/" : String(decoding: fields[5], as: UTF8.self)
    }
    return "/"
  }

  private static func find(
    _ name: String, _ environment: [String], in cwd: String
  ) throws(RuntimeError) -> String {
    if name.contains("/") {
      try checkExecutable(name)
      return name
    }
    let variable = environment.first { $0.hasPrefix("PATH=") }?.dropFirst(5)
    var denied = false
    for directory in (variable ?? "").split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = directory.isEmpty ? "./\(name)" : "\(directory)/\(name)"
      guard let status = try? FileStatus(candidate), status.kind != .directory else { continue }
      if unsafe access(candidate, X_OK) == 0 { return candidate }
      denied = true
    }
    if denied { throw RuntimeError(.failed, "exec: \"\(name)\": permission denied") }
    throw RuntimeError(.failed, "exec: \"\(name)\": executable file not found in $PATH")
  }

  private static func checkExecutable(_ path: String) throws(RuntimeError) {
    do {
      if try FileStatus(path).kind == .directory {
        throw RuntimeError(.failed, "exec: \"\(path)\": is a directory")
      }
    } catch let error as SystemError {
      throw RuntimeError(
        .failed, "exec: \"\(path)\": stat \(path): \(error.reason)")
    } catch let error as RuntimeError {
      throw error
    } catch {
      throw RuntimeError(.failed, "\(error)")
    }
  }
}
