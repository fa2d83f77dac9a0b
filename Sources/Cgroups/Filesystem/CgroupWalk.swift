// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// A walk over the cgroups below one.
///
/// A container can nest them deeper than there are descriptors or stack, so
/// nothing here recurses, and one descriptor is held wherever the walk is. It can
/// make any number side by side, so names are read in portions.
struct CgroupWalk: ~Copyable {
  /// Where the walk is.
  private(set) var current: Descriptor
  /// What is still to be visited beside and above it, the nearest last.
  private var remaining: [Level]

  /// The cgroups directly below one.
  private struct Level {
    /// Those that are known and not visited yet.
    var names: [FileName] = []
    /// From where on the others are to be read.
    var place = Directory.Place()

    /// The next one, in the open directory; nil when there is none left.
    mutating func next(in directory: borrowing Descriptor) throws(RuntimeError) -> FileName? {
      if names.isEmpty { names = try CgroupWalk.nextChildren(of: directory, from: &place) }
      return names.popLast()
    }
  }

  /// Starts at a cgroup, which is not visited itself.
  init(below top: borrowing Descriptor) throws(RuntimeError) {
    current = try File.open(".", .directory, at: top)
    remaining = [Level()]
  }

  /// Goes on to a cgroup that was not visited yet, each before those below it.
  ///
  /// - Returns: false when there is none left.
  mutating func next() throws(RuntimeError) -> Bool {
    while let level = remaining.indices.last {
      guard let name = try remaining[level].next(in: current) else {
        remaining.removeLast()
        if !remaining.isEmpty { current = try File.open("..", .directory, at: current) }
        continue
      }
      do {
        current = try name.open([.directory, .noFollow], in: current)
        remaining.append(Level())
        return true
      } catch  where error.meansRemoved {}
    }
    return false
  }

  /// The next cgroups directly below one; none at the end, or when it is gone.
  static func nextChildren(
    of directory: borrowing Descriptor, from place: inout Directory.Place
  ) throws(RuntimeError) -> [FileName] {
    do {
      return try Directory.nextSubdirectories(of: directory, from: &place)
    } catch  where error.meansRemoved {
      return []
    }
  }
}
