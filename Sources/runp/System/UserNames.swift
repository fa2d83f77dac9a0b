// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The host's users by number, as lists show them.
///
/// The file is read directly: a static program cannot load the modules that
/// getpwuid(3) may need.
struct UserNames {
  private let database: [UInt8]
  /// Those that were asked for; a list has few.
  private var known: [(uid: UInt32, name: String)] = []

  /// Reads the host's user database.
  init() {
    // Without the file users are shown by number.
    database = (try? File.readSmall("/etc/passwd")) ?? []
  }

  /// A user's name, or `#` and the number.
  mutating func name(of uid: UInt32) -> String {
    for user in known where user.uid == uid { return user.name }
    let name = find(uid) ?? "#\(uid)"
    known.append((uid, name))
    return name
  }

  /// The first field of the first line whose third field is the number.
  private func find(_ uid: UInt32) -> String? {
    for line in database.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(
        separator: UInt8(ascii: ":"), maxSplits: 3, omittingEmptySubsequences: false)
      if fields.count > 2, UInt32(String(decoding: fields[2], as: UTF8.self)) == uid {
        return String(decoding: fields[0], as: UTF8.self)
      }
    }
    return nil
  }
}
