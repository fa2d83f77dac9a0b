// SPDX-License-Identifier: Apache-2.0

/// A set of controllers of the unified hierarchy.
package struct Controllers: OptionSet, Sendable, Hashable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Shares and quotas of processor time.
  package static let cpu = Controllers(rawValue: 1 << 0)
  /// Processors and memory nodes to run on.
  package static let cpuset = Controllers(rawValue: 1 << 1)
  /// Memory and swap.
  package static let memory = Controllers(rawValue: 1 << 2)
  /// Input and output of block devices.
  package static let io = Controllers(rawValue: 1 << 3)
  /// The number of processes.
  package static let pids = Controllers(rawValue: 1 << 4)
  /// Huge pages.
  package static let hugetlb = Controllers(rawValue: 1 << 5)
  /// Resources of RDMA adapters.
  package static let rdma = Controllers(rawValue: 1 << 6)
  /// Scalar resources of other drivers.
  package static let misc = Controllers(rawValue: 1 << 7)
  /// Memory of devices.
  package static let dmem = Controllers(rawValue: 1 << 8)

  private static let all: [(name: String, controller: Controllers)] = [
    ("cpu", .cpu), ("cpuset", .cpuset), ("memory", .memory), ("io", .io), ("pids", .pids),
    ("hugetlb", .hugetlb), ("rdma", .rdma), ("misc", .misc), ("dmem", .dmem),
  ]

  /// Reads the list that cgroup.controllers and cgroup.subtree_control hold;
  /// names that runp has no use for are left out.
  package init(list: String) {
    self.init()
    for word in list.utf8.split(whereSeparator: { $0 == 32 || $0 == 10 }) {
      if let controller = Controllers(name: Substring(word)) { insert(controller) }
    }
  }

  /// The controller of a name.
  package init?(name: some StringProtocol) {
    for entry in Self.all where entry.name == name {
      self = entry.controller
      return
    }
    return nil
  }

  /// The names, in a fixed order.
  package var names: [String] {
    Self.all.filter { contains($0.controller) }.map { $0.name }
  }

  /// The sets of one that this set is made of.
  var each: [Controllers] {
    Self.all.map { $0.controller }.filter { contains($0) }
  }

  /// What a cgroup v1 mount calls the controller; for a set of one.
  var versionOneName: String { self == .io ? "blkio" : names.first ?? "" }
}
