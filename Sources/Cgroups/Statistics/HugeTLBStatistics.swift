// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// The huge pages that are used, or reserved where the kernel counts that, by
/// their size (hugetlb.SIZE.*).
struct HugeTLBStatistics {
  private let sizes: OrderedMap<JSONValue>

  /// Reads the files.
  init(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    var sizes = OrderedMap<JSONValue>()
    for size in try Self.sizes(of: cgroup) {
      let reserved = try cgroup.number(in: "hugetlb.\(size).rsvd.current")
      let used = try cgroup.number(in: "hugetlb.\(size).current")
      sizes[size] = .numbers(
        ("usage", reserved ?? used),
        ("failcnt", try cgroup.value(of: "max", in: "hugetlb.\(size).events") ?? 0))
    }
    self.sizes = sizes
  }

  /// The sizes for which there are files, such as `2MB`.
  private static func sizes(of cgroup: borrowing Cgroup) throws(RuntimeError) -> [String] {
    do {
      let names = try Directory.names(try File.open(".", .directory, at: cgroup.directory))
      return names.compactMap { name in
        let parts = name.text.split(separator: ".")
        let isOne = parts.count == 3 && parts[0] == "hugetlb" && parts[2] == "current"
        return isOne ? String(parts[1]) : nil
      }.sorted()
    } catch {
      if error.meansRemoved { return [] }
      throw error.adding("cgroup \(cgroup.path)")
    }
  }

  /// The statistics as `events` prints them.
  var json: JSONValue { .object(sizes) }
}
