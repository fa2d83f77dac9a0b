// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The host's users by number, as lists show them.
///
/// The file is read directly: a static program cannot load the modules that
/// getpwuid(3) may need.
struct UserNames {
  private let names: [UInt32: Substring]

  /// Reads the host's user database.
  init() {
    var names: [UInt32: Substring] = [:]
    // Without the file users are shown by number.
    for line in ((try? File.readText("/etc/passwd")) ?? "").split(separator: "\n") {
      let fields = line.split(separator: ":", omittingEmptySubsequences: false)
      guard fields.count > 2, let uid = UInt32(fields[2]), names[uid] == nil else { continue }
      names[uid] = fields[0]
    }
    self.names = names
  }

  /// A user's name, or `#` and the number.
  func name(of uid: UInt32) -> String { names[uid].map(String.init) ?? "#\(uid)" }
}
