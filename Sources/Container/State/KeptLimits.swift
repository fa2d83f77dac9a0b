// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import Kernel
package import RuntimeSpec

/// The limits that an update has led to, in the directory of a container or a
/// pod; one without them has those of its configuration.
///
/// They are in a file of their own, as no other command needs them.
package enum KeptLimits {
  private static let name = "limits.json"

  /// Keeps limits.
  package static func write(
    _ limits: LinuxResources, in directory: borrowing Descriptor
  ) throws(RuntimeError) {
    try File.replace(name, with: limits.json.bytes(), at: directory)
  }

  /// Reads what was kept; nil when there was no update.
  ///
  /// - Throws: `RuntimeError` that names the file in the directory at `path`.
  package static func read(
    in directory: borrowing Descriptor, _ path: String
  ) throws(RuntimeError) -> LinuxResources? {
    guard let bytes = try StateFile.readSmall(name, in: directory, at: path) else { return nil }
    do {
      return try ResourcesUpdate.decode(bytes)
    } catch {
      throw RuntimeError(error).adding("read \(path)/\(name)")
    }
  }
}
