// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension LinuxResources {
  /// These limits after a change: what the change names replaces what holds, what
  /// it leaves out stays.
  ///
  /// 0 leaves a number out, as clients write it, where it cannot be a limit.
  package func updated(by change: LinuxResources) -> LinuxResources {
    var result = self
    if !change.devices.isEmpty { result.devices = change.devices }
    if let memory = change.memory {
      result.memory = (self.memory ?? LinuxMemory()).updated(by: memory)
    }
    if let cpu = change.cpu { result.cpu = (self.cpu ?? LinuxCPU()).updated(by: cpu) }
    if let limit = change.pids?.limit { result.pids = LinuxPids(limit: limit) }
    if let blockIO = change.blockIO {
      result.blockIO = (self.blockIO ?? LinuxBlockIO()).updated(by: blockIO)
    }
    result.hugepageLimits = hugepageLimits.updated(by: change.hugepageLimits) { $0.pageSize }
    for adapter in change.rdma {
      var limits = rdma[adapter.key] ?? LinuxRdma()
      limits.hcaHandles = adapter.value.hcaHandles ?? limits.hcaHandles
      limits.hcaObjects = adapter.value.hcaObjects ?? limits.hcaObjects
      result.rdma[adapter.key] = limits
    }
    for file in change.unified { result.unified[file.key] = file.value }
    return result
  }

  /// The limits as the authors of a document meant them.
  ///
  /// 0 has been a limit of processes since version 1.3 of the specification.
  /// Before, runtimes took it for none, and engines of that time write it for
  /// unlimited: podman 4 for `--pids-limit=-1`. In the document of a change it is
  /// how clients say nothing.
  ///
  /// - Parameter ociVersion: the version that the document names; nil for a
  ///   change, whose documents name none.
  /// - Returns: the limits, without a 0 that is none.
  package func written(in ociVersion: String?) -> LinuxResources {
    guard pids?.limit == 0 else { return self }
    if let ociVersion {
      guard let version = SemanticVersion(ociVersion), version.major == 1, version.minor < 3 else {
        return self
      }
    }
    var result = self
    result.pids?.limit = nil
    return result
  }

  /// Of these limits, which a change has led to, those that are to be set for it:
  /// what it names, and what holds of that together with it.
  ///
  /// Swap is counted with memory, a quota goes by its period, and a weight is lost
  /// while a cgroup is idle.
  package func part(changedBy change: LinuxResources) -> LinuxResources {
    var part = change
    if let memory { part.memory = change.memory.map { memory.part(changedBy: $0) } }
    if let cpu { part.cpu = change.cpu.map { cpu.part(changedBy: $0) } }
    return part
  }
}

extension LinuxMemory {
  fileprivate func updated(by change: LinuxMemory) -> LinuxMemory {
    var result = self
    result.limit = given(change.limit) ?? limit
    result.reservation = given(change.reservation) ?? reservation
    result.swap = given(change.swap) ?? given(change.limit).flatMap(swap(keptWith:)) ?? swap
    result.checkBeforeUpdate = change.checkBeforeUpdate ?? checkBeforeUpdate
    return result
  }

  /// Memory and swap together once the limit of memory is another and nothing is
  /// said of swap: as much swap as before, or any where there is any memory.
  private func swap(keptWith limit: Int64) -> Int64? {
    if limit < 0 { return -1 }
    guard let swap, swap > 0 else { return nil }
    let (sum, isTooLarge) = limit.addingReportingOverflow(swap - max(0, self.limit ?? 0))
    return isTooLarge ? Int64.max : sum
  }

  fileprivate func part(changedBy change: LinuxMemory) -> LinuxMemory {
    var part = change
    if given(change.swap) != nil || (given(change.limit) ?? 0) < 0 {
      part.swap = swap
      part.limit = limit
    }
    // A limit that is not changed is not compared with what is in use.
    part.checkBeforeUpdate = given(change.limit) == nil ? nil : checkBeforeUpdate
    return part
  }
}

extension LinuxCPU {
  fileprivate func updated(by change: LinuxCPU) -> LinuxCPU {
    var result = self
    result.shares = given(change.shares) ?? shares
    result.quota = given(change.quota) ?? quota
    result.period = given(change.period) ?? period
    result.burst = change.burst ?? burst
    result.cpus = change.cpus ?? cpus
    result.mems = change.mems ?? mems
    result.idle = change.idle ?? idle
    return result
  }

  fileprivate func part(changedBy change: LinuxCPU) -> LinuxCPU {
    var part = change
    if given(change.quota) != nil || given(change.period) != nil {
      part.quota = quota
      part.period = period
    }
    if change.idle != nil || given(change.shares) != nil {
      part.idle = idle
      part.shares = shares
    }
    return part
  }
}

extension LinuxBlockIO {
  fileprivate func updated(by change: LinuxBlockIO) -> LinuxBlockIO {
    func updated(
      _ devices: (LinuxBlockIO) -> [LinuxThrottleDevice]
    ) -> [LinuxThrottleDevice] {
      devices(self).updated(by: devices(change)) { [$0.major, $0.minor] }
    }
    return LinuxBlockIO(
      weight: given(change.weight) ?? weight,
      weightDevice: weightDevice.updated(by: change.weightDevice) { [$0.major, $0.minor] },
      throttleReadBpsDevice: updated { $0.throttleReadBpsDevice },
      throttleWriteBpsDevice: updated { $0.throttleWriteBpsDevice },
      throttleReadIOPSDevice: updated { $0.throttleReadIOPSDevice },
      throttleWriteIOPSDevice: updated { $0.throttleWriteIOPSDevice })
  }
}

extension Array {
  /// The entries, with those of a change in the place of those with the same key.
  fileprivate func updated<Key: Equatable>(
    by change: [Element], _ key: (Element) -> Key
  ) -> [Element] {
    filter { old in !change.contains { key($0) == key(old) } } + change
  }
}

/// A number that was given: clients write 0 for one that is not.
private func given<T: BinaryInteger>(_ number: T?) -> T? {
  number == 0 ? nil : number
}
