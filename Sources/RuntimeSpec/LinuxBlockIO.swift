// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Limits on block input and output.
package struct LinuxBlockIO: Equatable, Sendable {
  /// The weight against other cgroups, 10 to 1000.
  package var weight: UInt16?
  /// The weight of own tasks against child cgroups (cgroup v1 only).
  package var leafWeight: UInt16?
  /// Weights for single devices.
  package var weightDevice: [LinuxWeightDevice]
  /// Bytes that may be read a second, by device.
  package var throttleReadBpsDevice: [LinuxThrottleDevice]
  /// Bytes that may be written a second, by device.
  package var throttleWriteBpsDevice: [LinuxThrottleDevice]
  /// Reads a second, by device.
  package var throttleReadIOPSDevice: [LinuxThrottleDevice]
  /// Writes a second, by device.
  package var throttleWriteIOPSDevice: [LinuxThrottleDevice]

  /// Makes limits from their parts.
  package init(
    weight: UInt16? = nil, leafWeight: UInt16? = nil, weightDevice: [LinuxWeightDevice] = [],
    throttleReadBpsDevice: [LinuxThrottleDevice] = [],
    throttleWriteBpsDevice: [LinuxThrottleDevice] = [],
    throttleReadIOPSDevice: [LinuxThrottleDevice] = [],
    throttleWriteIOPSDevice: [LinuxThrottleDevice] = []
  ) {
    self.weight = weight
    self.leafWeight = leafWeight
    self.weightDevice = weightDevice
    self.throttleReadBpsDevice = throttleReadBpsDevice
    self.throttleWriteBpsDevice = throttleWriteBpsDevice
    self.throttleReadIOPSDevice = throttleReadIOPSDevice
    self.throttleWriteIOPSDevice = throttleWriteIOPSDevice
  }
}

extension LinuxBlockIO: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    weight = try json.integer("weight")
    leafWeight = try json.integer("leafWeight")
    weightDevice = try json.objects("weightDevice")
    throttleReadBpsDevice = try json.objects("throttleReadBpsDevice")
    throttleWriteBpsDevice = try json.objects("throttleWriteBpsDevice")
    throttleReadIOPSDevice = try json.objects("throttleReadIOPSDevice")
    throttleWriteIOPSDevice = try json.objects("throttleWriteIOPSDevice")
  }
}

/// The weight of one device.
package struct LinuxWeightDevice: Equatable, Sendable {
  /// The device's major number.
  package var major: Int64
  /// The device's minor number.
  package var minor: Int64
  /// The weight, 10 to 1000.
  package var weight: UInt16?
  /// The weight of own tasks against child cgroups (cgroup v1 only).
  package var leafWeight: UInt16?

  /// Makes a weight from its parts.
  package init(major: Int64, minor: Int64, weight: UInt16? = nil, leafWeight: UInt16? = nil) {
    self.major = major
    self.minor = minor
    self.weight = weight
    self.leafWeight = leafWeight
  }
}

extension LinuxWeightDevice: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    major = try json.requiredInteger("major")
    minor = try json.requiredInteger("minor")
    weight = try json.integer("weight")
    leafWeight = try json.integer("leafWeight")
  }
}

/// The rate limit of one device.
package struct LinuxThrottleDevice: Equatable, Sendable {
  /// The device's major number.
  package var major: Int64
  /// The device's minor number.
  package var minor: Int64
  /// The most a second.
  package var rate: UInt64

  /// Makes a limit from its parts.
  package init(major: Int64, minor: Int64, rate: UInt64) {
    self.major = major
    self.minor = minor
    self.rate = rate
  }
}

extension LinuxThrottleDevice: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    major = try json.requiredInteger("major")
    minor = try json.requiredInteger("minor")
    rate = try json.requiredInteger("rate")
  }
}
