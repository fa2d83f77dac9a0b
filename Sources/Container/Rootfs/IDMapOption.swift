// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Mappings in a mount's own words, as crun has them:
/// `uids=0-1-10#10-11-10;gids=0-100-10`.
///
/// The first number of three is the start of the IDs in the file system, the
/// second where they start on the host, the third how many there are. With `@`
/// before them the second is one of the container.
struct IDMapOption {
  /// The mappings of users.
  private(set) var users: [LinuxIDMapping] = []
  /// The mappings of groups.
  private(set) var groups: [LinuxIDMapping] = []

  /// Reads the text after `idmap=`; `container` has the mappings of the
  /// container's user namespace.
  ///
  /// - Throws: `RuntimeError` naming `option` and the part that is wrong.
  init(_ text: String, option: String, container: Linux?) throws(RuntimeError) {
    for part in text.split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1)
      switch (pair.first, pair.count) {
      case ("uids", 2):
        users = try Self.mappings(pair[1], option, container?.uidMappings ?? [])
      case ("gids", 2):
        groups = try Self.mappings(pair[1], option, container?.gidMappings ?? [])
      default:
        throw RuntimeError(
          .invalidSpec, "\(option): \(String(part).quoted) is neither uids= nor gids= with mappings"
        )
      }
    }
    for (name, mappings) in [("uids", users), ("gids", groups)] where mappings.isEmpty {
      throw RuntimeError(.invalidSpec, "\(option): it has no \(name)")
    }
  }

  private static func mappings(
    _ text: Substring, _ option: String, _ container: [LinuxIDMapping]
  ) throws(RuntimeError) -> [LinuxIDMapping] {
    var mappings: [LinuxIDMapping] = []
    for range in text.split(separator: "#") {
      let isRelative = range.first == "@"
      let numbers = range.drop { $0 == "@" }.split(
        separator: "-", omittingEmptySubsequences: false
      ).map { UInt32($0) }
      guard numbers.count == 3, let start = numbers[0], let end = numbers[1], let size = numbers[2]
      else {
        throw RuntimeError(
          .invalidSpec, "\(option): \(String(range).quoted) is not of the form START-HOST-SIZE")
      }
      let host = isRelative ? IDMaps.hostID(of: end, in: container) : end
      guard let host, size > 0 else {
        throw RuntimeError(.invalidSpec, "\(option): \(String(range).quoted) maps nothing")
      }
      mappings.append(LinuxIDMapping(containerID: start, hostID: host, size: size))
    }
    return mappings
  }
}
