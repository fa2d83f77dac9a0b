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
    var backwards: [String] = []
    var names = Names(expecting: process.env.count)
    var hasHome = false
    for entry in process.env.reversed() {
      let name = name(of: entry)
      guard names.insert(name), entry != "HOME=" else { continue }
      hasHome = hasHome || name == "HOME"
      backwards.append(entry)
    }
    backwards.reverse()
    if !hasHome { backwards.append("HOME=\(home(of: process.user.uid))") }
    return backwards
  }

  private static func name(of entry: String) -> String {
    guard let end = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return entry }
    return String(entry[..<end])
  }

  /// Names that were seen: a list, since comparing a few is quicker than the
  /// first use of a set, or a set for many.
  private struct Names {
    private let areMany: Bool
    private var few: [String] = []
    private var many = Set<String>()

    init(expecting count: Int) { areMany = count > 100 }

    /// - Returns: whether the name is a new one.
    mutating func insert(_ name: String) -> Bool {
      if areMany { return many.insert(name).inserted }
      if few.contains(name) { return false }
      few.append(name)
      return true
    }
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
