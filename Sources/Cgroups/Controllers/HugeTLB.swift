// SPDX-License-Identifier: Apache-2.0

internal import RuntimeSpec

extension LimitPlan {
  /// Plans the limits of huge pages, used and reserved ones.
  mutating func add(_ limits: [LinuxHugepageLimit]) {
    for (index, entry) in limits.enumerated() {
      let property = "hugepageLimits[\(index)]"
      let file = "hugetlb.\(entry.pageSize)"
      let limit = String(entry.limit)
      append(LimitWrite("\(property).pageSize", .hugetlb, "\(file).max", limit))
      // Without it a process may reserve pages beyond the limit and is killed
      // when it touches them.
      append(LimitWrite("\(property).limit", .hugetlb, "\(file).rsvd.max", limit))
    }
  }
}
