// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

extension LimitPlan {
  /// Plans weights and rates of block devices.
  mutating func add(_ io: LinuxBlockIO) throws(RuntimeError) {
    if let weight = io.leafWeight, weight != 0 { throw Self.versionOneOnly("blockIO.leafWeight") }
    if let weight = io.weight, weight != 0 {
      addWeight(weight, "blockIO.weight", for: nil)
    }
    for (index, device) in io.weightDevice.enumerated() {
      let property = "blockIO.weightDevice[\(index)]"
      if let weight = device.leafWeight, weight != 0 {
        throw Self.versionOneOnly("\(property).leafWeight")
      }
      if let weight = device.weight, weight != 0 {
        addWeight(weight, "\(property).weight", for: "\(device.major):\(device.minor)")
      }
    }
    addRates(io.throttleReadBpsDevice, "throttleReadBpsDevice", "rbps")
    addRates(io.throttleWriteBpsDevice, "throttleWriteBpsDevice", "wbps")
    addRates(io.throttleReadIOPSDevice, "throttleReadIOPSDevice", "riops")
    addRates(io.throttleWriteIOPSDevice, "throttleWriteIOPSDevice", "wiops")
  }

  /// Plans a weight in the BFQ scheduler's file, which takes it as it is, and in
  /// that of the kernel's cost model, on another scale.
  ///
  /// Which of the two is there depends on the kernel, and which of them counts
  /// for a device on its scheduler.
  private mutating func addWeight(
    _ weight: UInt16, _ property: String, for device: String?
  ) {
    let target = device.map { "\($0) " } ?? ""
    var write = LimitWrite(property, .io, "io.bfq.weight", "\(target)\(weight)")
    write.counterpart = ("io.weight", "\(target)\(Self.weight(blockIO: weight))")
    append(write)
  }

  /// The weight (1 to 10000) of io.weight for one of cgroup v1 (10 to 1000).
  static func weight(blockIO weight: UInt16) -> UInt64 {
    1 + (UInt64(weight) - 10) * 9999 / 990
  }

  private mutating func addRates(
    _ devices: [LinuxThrottleDevice], _ property: String, _ key: String
  ) {
    for (index, device) in devices.enumerated() {
      // 0 takes a limit away; so it is in cgroup v1.
      let rate = device.rate == 0 ? "max" : String(device.rate)
      append(
        LimitWrite(
          "blockIO.\(property)[\(index)]", .io, "io.max",
          "\(device.major):\(device.minor) \(key)=\(rate)", isRequired: device.rate != 0))
    }
  }
}
