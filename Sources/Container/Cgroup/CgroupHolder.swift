// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel

/// Whose a cgroup is: the container or pod that a state directory is of, in the
/// one life that began at a moment.
package struct CgroupHolder {
  /// What is written on the cgroup.
  let claim: String

  /// Names a container or pod; `created` is what its record says of the moment.
  package init(directory: String, created: String) {
    claim = "\(created) \(directory)"
  }

  /// What of a claim names its holder.
  static func name(_ claim: String) -> String {
    parts(of: claim)?.directory ?? claim
  }

  /// Whether the holder of a claim still has its state.
  ///
  /// What cannot be read is taken to be there.
  static func exists(_ claim: String) -> Bool {
    guard let (created, directory) = parts(of: claim) else { return true }
    do throws(RuntimeError) {
      // A container can write a claim, and name whatever it likes.
      guard let file = try RegularFile.open("\(directory)/state.json") else { return false }
      let bytes = try file.read()
      return try fromDocument { () throws(SpecError) in
        try JSONNode(JSONValue(parsing: bytes)).string("created") == created
      }
    } catch {
      return error.errno != ENOENT && error.errno != ENOTDIR
    }
  }

  private static func parts(of claim: String) -> (created: String, directory: String)? {
    guard let space = claim.firstIndex(of: " ") else { return nil }
    return (String(claim[..<space]), String(claim[claim.index(after: space)...]))
  }
}
