// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// A walk over the cgroups below one.
///
/// A container can nest them deeper than there are descriptors or stack, so
/// nothing here recurses, and one descriptor is held wherever the walk is.
struct CgroupWalk: ~Copyable {
  /// Where the walk is.
  private(set) var current: Descriptor
  /// What is still to be visited beside and above it, the nearest last.
  private var remaining: [[FileName]]

  /// Starts at a cgroup, which is not visited itself.
  init(below top: borrowing Descriptor) throws(SystemError) {
    // A local: a half-made self could not be taken apart again.
    let first = [try Self.children(of: top)]
    current = try File.open(".", .directory, at: top)
    remaining = first
  }

  /// Goes on to a cgroup that was not visited yet, each before those below it.
  ///
  /// - Returns: false when there is none left.
  mutating func next() throws(SystemError) -> Bool {
    while let level = remaining.indices.last {
      guard let name = remaining[level].popLast() else {
        remaining.removeLast()
        if !remaining.isEmpty { current = try File.open("..", .directory, at: current) }
        continue
      }
      do {
        current = try name.open([.directory, .noFollow], in: current)
        remaining.append(try Self.children(of: current))
        return true
      } catch  where error.meansRemoved {}
    }
    return false
  }

  /// The cgroups directly below one; none when it is gone.
  static func children(of directory: borrowing Descriptor) throws(SystemError) -> [FileName] {
    do {
      return try Directory.subdirectories(of: directory)
    } catch  where error.meansRemoved {
      return []
    }
  }
}
