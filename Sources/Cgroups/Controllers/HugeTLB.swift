// SPDX-License-Identifier: Apache-2.0

internal import RuntimeSpec

extension LimitPlan {
  /// Plans the limits of huge pages, used and reserved ones.
  mutating func add(_ limits: [LinuxHugepageLimit]) throws(CgroupError) {
    for (index, entry) in limits.enumerated() {
      let property = "hugepageLimits[\(index)]"
      guard Self.isPageSize(entry.pageSize) else {
        throw Self.invalid(
          "\(property).pageSize", "\(entry.pageSize) is not a size such as 64KB, 2MB or 1GB")
      }
      let file = "hugetlb.\(entry.pageSize)"
      let limit = String(entry.limit)
      append(LimitWrite("\(property).pageSize", .hugetlb, "\(file).max", limit))
      // Without it a process may reserve pages beyond the limit and is killed
      // when it touches them. Kernels before 5.7 do not have it.
      append(
        LimitWrite(
          "\(property).limit", .hugetlb, "\(file).rsvd.max", limit, isRequired: false))
    }
  }

  private static func isPageSize(_ size: String) -> Bool {
    let digits = size.utf8.dropLast(2)
    guard let first = digits.first, first != UInt8(ascii: "0") else { return false }
    return ["KB", "MB", "GB"].contains { size.hasSuffix($0) }
      && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
