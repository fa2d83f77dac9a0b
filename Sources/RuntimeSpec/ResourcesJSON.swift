// SPDX-License-Identifier: Apache-2.0

package import JSON

extension LinuxResources {
  /// The document of limits that a cgroup can have; what only cgroup v1 had a
  /// place for is left out.
  package var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    document["devices"] = list(devices.map { $0.json })
    document["memory"] = memory?.json
    document["cpu"] = cpu?.json
    if let limit = pids?.limit { document["pids"] = ["limit": JSONValue(limit)] }
    document["blockIO"] = blockIO?.json
    document["hugepageLimits"] = list(
      hugepageLimits.map { ["pageSize": .string($0.pageSize), "limit": JSONValue($0.limit)] })
    if !rdma.isEmpty {
      var adapters = OrderedMap<JSONValue>()
      for adapter in rdma { adapters[adapter.key] = adapter.value.json }
      document["rdma"] = .object(adapters)
    }
    if !unified.isEmpty { document["unified"] = JSONValue(unified) }
    return .object(document)
  }
}

extension LinuxDeviceCgroup {
  fileprivate var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "allow": .bool(allow), "type": .string(type.rawValue), "access": .string(access),
    ]
    document["major"] = number(major)
    document["minor"] = number(minor)
    return .object(document)
  }
}

extension LinuxMemory {
  fileprivate var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    document["limit"] = number(limit)
    document["reservation"] = number(reservation)
    document["swap"] = number(swap)
    document["checkBeforeUpdate"] = checkBeforeUpdate.map { .bool($0) }
    return .object(document)
  }
}

extension LinuxCPU {
  fileprivate var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    document["shares"] = number(shares)
    document["quota"] = number(quota)
    document["burst"] = number(burst)
    document["period"] = number(period)
    document["cpus"] = cpus.map { .string($0) }
    document["mems"] = mems.map { .string($0) }
    document["idle"] = number(idle)
    return .object(document)
  }
}

extension LinuxBlockIO {
  fileprivate var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    document["weight"] = number(weight)
    document["weightDevice"] = list(weightDevice.map { $0.json })
    document["throttleReadBpsDevice"] = list(throttleReadBpsDevice.map { $0.json })
    document["throttleWriteBpsDevice"] = list(throttleWriteBpsDevice.map { $0.json })
    document["throttleReadIOPSDevice"] = list(throttleReadIOPSDevice.map { $0.json })
    document["throttleWriteIOPSDevice"] = list(throttleWriteIOPSDevice.map { $0.json })
    return .object(document)
  }
}

extension LinuxWeightDevice {
  fileprivate var json: JSONValue {
    var document: OrderedMap<JSONValue> = ["major": JSONValue(major), "minor": JSONValue(minor)]
    document["weight"] = number(weight)
    document["leafWeight"] = number(leafWeight)
    return .object(document)
  }
}

extension LinuxThrottleDevice {
  fileprivate var json: JSONValue {
    ["major": JSONValue(major), "minor": JSONValue(minor), "rate": JSONValue(rate)]
  }
}

extension LinuxRdma {
  fileprivate var json: JSONValue {
    var document = OrderedMap<JSONValue>()
    document["hcaHandles"] = number(hcaHandles)
    document["hcaObjects"] = number(hcaObjects)
    return .object(document)
  }
}

private func number(_ value: (some BinaryInteger)?) -> JSONValue? { value.map { JSONValue($0) } }

private func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }
