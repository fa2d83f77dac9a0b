// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A directory that looks like a cgroup hierarchy: plain files with the names
/// of control files, which keep what was last written to them.
package final class FakeCgroup {
  private let directory = TemporaryDirectory()

  /// The root of the hierarchy.
  package var path: String { directory.path }

  /// Makes a hierarchy with the given controllers, all enabled for children.
  package init(controllers: String = "cpuset cpu io memory hugetlb pids rdma misc") {
    add("/", ["cgroup.controllers": controllers, "cgroup.subtree_control": controllers])
  }

  /// Adds a cgroup with files, by name, and what they hold.
  package func add(_ cgroup: String, _ files: [String: String] = [:]) {
    do {
      try FileManager.default.createDirectory(
        atPath: path + cgroup, withIntermediateDirectories: true)
      for (name, text) in files {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)\(cgroup)/\(name)"))
      }
    } catch {
      fatalError("fake cgroup \(cgroup): \(error)")
    }
  }

  /// What a file holds; nil when it is not there.
  package func contents(_ file: String) -> String? {
    FileManager.default.contents(atPath: path + file).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether the cgroup is there.
  package func exists(_ cgroup: String) -> Bool {
    FileManager.default.fileExists(atPath: path + cgroup)
  }
}
