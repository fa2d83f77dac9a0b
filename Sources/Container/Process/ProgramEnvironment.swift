// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// The environment variables of a container's program.
enum ProgramEnvironment {
  /// Completes a process's environment; to be called once the root directory is
  /// the container's.
  ///
  /// Of several values for a name the last counts, and a HOME that is missing or
  /// empty is the one of the user's entry in the container's database.
  static func environment(of process: Process) -> [String] {
    var last: [Substring: Int] = [:]
    for (index, entry) in process.env.enumerated() {
      last[entry.prefix { $0 != "=" }] = index
    }
    if let index = last["HOME"], process.env[index] == "HOME=" { last["HOME"] = nil }
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
}
