// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The processes of a container that has no cgroup, as they are found in
/// `/proc`: those in its PID namespace, and their descendants, which may be in
/// one below it.
enum NamespaceProcesses {
  /// The processes around the first one of a PID namespace, itself included.
  static func list(around first: Int32) throws(RuntimeError) -> [Int32] {
    let namespace = try FileStatus("/proc/\(first)/ns/pid")
    let all = try Directory.names(try File.open("/proc", .directory))
      .compactMap { Int32($0.text) }
    var inside: Set<Int32> = []
    var children: [Int32: [Int32]] = [:]
    for pid in all {
      // One that has ended since is nobody's.
      guard let its = try? FileStatus("/proc/\(pid)/ns/pid") else { continue }
      if its.isSameFile(as: namespace) { inside.insert(pid) }
      if let parent = Processes.parent(of: pid) { children[parent, default: []].append(pid) }
    }
    var unvisited = Array(inside)
    while let pid = unvisited.popLast() {
      for child in children[pid] ?? [] where inside.insert(child).inserted {
        unvisited.append(child)
      }
    }
    return inside.sorted()
  }
}
