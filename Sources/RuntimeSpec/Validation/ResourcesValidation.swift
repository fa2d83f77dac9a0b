// SPDX-License-Identifier: Apache-2.0

package import JSON

extension LinuxResources {
  /// Checks the limits of a container, a pod or an update.
  ///
  /// Clients write 0 for a number that they do not set, so 0 passes.
  package func validate(at path: DocumentPath) throws(SpecError) {
    for (index, rule) in devices.enumerated() {
      try rule.validate(at: path["devices"][index])
    }
    try memory?.validate(at: path["memory"])
    try cpu?.validate(at: path["cpu"])
    try require(pids?.limit, in: -1...Int64.max, at: path["pids"]["limit"])
    try blockIO?.validate(at: path["blockIO"])
    for (index, limit) in hugepageLimits.enumerated() {
      if !limit.hasPageSize {
        throw path["hugepageLimits"][index]["pageSize"].error(
          "\(limit.pageSize.quoted) is not a page size such as 64KB, 2MB or 1GB")
      }
    }
    for (index, priority) in (network?.priorities ?? []).enumerated() where priority.name.isEmpty {
      throw path["network"]["priorities"][index]["name"].error("empty")
    }
    for limit in rdma {
      if limit.key.isEmpty { throw path["rdma"].error("an empty key") }
      if limit.value.hcaHandles == nil, limit.value.hcaObjects == nil {
        throw path["rdma"][limit.key].error("neither hcaHandles nor hcaObjects is given")
      }
    }
    for file in unified {
      // Such as memory.high: the controller's name stands in front of a period.
      let parts = file.key.split(separator: ".", omittingEmptySubsequences: false)
      if file.key.contains("/") || parts.count < 2 || parts.contains("") {
        throw path["unified"].error("\(file.key.quoted) is not the name of a file of a cgroup")
      }
    }
  }
}

extension LinuxDeviceCgroup {
  /// Checks the rule.
  func validate(at path: DocumentPath) throws(SpecError) {
    if !access.allSatisfy({ "rwm".contains($0) }) {
      throw path["access"].error("\(access.quoted) is not made of r, w and m")
    }
  }
}

extension LinuxMemory {
  /// Checks the limits.
  func validate(at path: DocumentPath) throws(SpecError) {
    for (key, value) in [
      ("limit", limit), ("reservation", reservation), ("swap", swap), ("kernel", kernel),
      ("kernelTCP", kernelTCP),
    ] {
      try require(value, in: -1...Int64.max, at: path[key])
    }
    try require(swappiness, in: 0...100, at: path["swappiness"])
    if let limit, let swap, limit > 0, swap > 0, swap < limit {
      throw path["swap"].error("memory and swap of \(swap) are less than the limit \(limit)")
    }
  }
}

extension LinuxCPU {
  /// Checks the limits.
  func validate(at path: DocumentPath) throws(SpecError) {
    if period != 0 { try require(period, in: 1000...1_000_000, at: path["period"]) }
    if let quota, quota > 0 {
      // The least that the kernel hands out.
      try require(quota, in: 1000...Int64.max, at: path["quota"])
      if let burst, burst > UInt64(quota) {
        throw path["burst"].error("\(burst) is more than the quota \(quota)")
      }
    }
    try require(idle, in: 0...1, at: path["idle"])
    try NumberList.validate(cpus, at: path["cpus"])
    try NumberList.validate(mems, at: path["mems"])
  }
}

extension LinuxBlockIO {
  /// Checks the limits.
  func validate(at path: DocumentPath) throws(SpecError) {
    try Self.validate(weight: weight, at: path["weight"])
    try Self.validate(weight: leafWeight, at: path["leafWeight"])
    for (index, device) in weightDevice.enumerated() {
      let path = path["weightDevice"][index]
      try Self.validate(device.major, device.minor, at: path)
      if device.weight == nil, device.leafWeight == nil {
        throw path.error("neither weight nor leafWeight is given")
      }
      try Self.validate(weight: device.weight, at: path["weight"])
      try Self.validate(weight: device.leafWeight, at: path["leafWeight"])
    }
    for (key, devices) in [
      ("throttleReadBpsDevice", throttleReadBpsDevice),
      ("throttleWriteBpsDevice", throttleWriteBpsDevice),
      ("throttleReadIOPSDevice", throttleReadIOPSDevice),
      ("throttleWriteIOPSDevice", throttleWriteIOPSDevice),
    ] {
      for (index, device) in devices.enumerated() {
        try Self.validate(device.major, device.minor, at: path[key][index])
      }
    }
  }

  private static func validate(
    weight: UInt16?, at path: @autoclosure () -> DocumentPath
  ) throws(SpecError) {
    if weight != 0 { try require(weight, in: 10...1000, at: path()) }
  }

  private static func validate(
    _ major: Int64, _ minor: Int64, at path: DocumentPath
  ) throws(SpecError) {
    try require(major, in: 0...Int64(UInt32.max), at: path["major"])
    try require(minor, in: 0...Int64(UInt32.max), at: path["minor"])
  }
}

extension LinuxHugepageLimit {
  /// Whether the page size is written as the cgroup's files have it: a power
  /// of two in the largest unit that keeps it whole.
  var hasPageSize: Bool {
    guard ["KB", "MB", "GB"].contains(pageSize.suffix(2)) else { return false }
    let digits = pageSize.dropLast(2)
    guard digits.utf8.first != UInt8(ascii: "+"), digits.utf8.first != UInt8(ascii: "0"),
      let size = UInt32(digits)
    else { return false }
    return size.nonzeroBitCount == 1 && (size < 1024 || pageSize.hasSuffix("GB"))
  }
}
