// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

extension LimitPlan {
  /// Plans the limits of RDMA adapters.
  mutating func add(rdma adapters: OrderedMap<LinuxRdma>) {
    for adapter in adapters {
      let property = "rdma.\(adapter.key)"
      var limits: [String] = []
      if let handles = adapter.value.hcaHandles { limits.append("hca_handle=\(handles)") }
      if let objects = adapter.value.hcaObjects { limits.append("hca_object=\(objects)") }
      append(
        LimitWrite(
          property, .rdma, "rdma.max", "\(adapter.key) \(limits.joined(separator: " "))"))
    }
  }

  /// Refuses what cgroup v1 did for network traffic.
  func check(_ network: LinuxNetwork) throws(RuntimeError) {
    if let id = network.classID, id != 0 { throw Self.versionOneOnly("network.classID") }
    if !network.priorities.isEmpty { throw Self.versionOneOnly("network.priorities") }
  }
}
