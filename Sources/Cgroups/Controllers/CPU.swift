// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

extension LimitPlan {
  /// Plans shares and quotas of processor time.
  mutating func add(_ cpu: LinuxCPU) throws(RuntimeError) {
    if let runtime = cpu.realtimeRuntime, runtime != 0 {
      throw Self.versionOneOnly("cpu.realtimeRuntime")
    }
    if let period = cpu.realtimePeriod, period != 0 {
      throw Self.versionOneOnly("cpu.realtimePeriod")
    }
    addWeight(cpu)
    addQuota(cpu)
  }

  private mutating func addWeight(_ cpu: LinuxCPU) {
    if let idle = cpu.idle {
      append(LimitWrite("cpu.idle", .cpu, "cpu.idle", String(idle), isRequired: idle == 1))
      // The kernel takes no weight for an idle cgroup, and it would mean nothing.
      if idle == 1 { return }
    }
    if let shares = cpu.shares, shares != 0 {
      append(LimitWrite("cpu.shares", .cpu, "cpu.weight", String(Self.weight(shares: shares))))
    }
  }

  /// The weight (1 to 10000) for shares (2 to 262144): a curve in the logarithm
  /// that takes both ends to both ends, and the default, 1024, to the default,
  /// 100.
  static func weight(shares: UInt64) -> UInt64 {
    if shares <= 2 { return 1 }
    if shares >= 262_144 { return 10_000 }
    let l = log2(Double(shares))
    return UInt64(pow(10, (l * l + 125 * l) / 612 - 7.0 / 34).rounded(.up))
  }

  private mutating func addQuota(_ cpu: LinuxCPU) {
    let quota = cpu.quota ?? 0
    let period = cpu.period ?? 0
    let burst = cpu.burst ?? 0
    if cpu.burst != nil {
      // A burst must not exceed the quota at any moment, so which of the two
      // goes first depends on what they were.
      var write = LimitWrite(
        "cpu.burst", .cpu, "cpu.max.burst", String(burst), isRequired: burst > 0)
      write.mayComeAfterNext = quota != 0 || period != 0
      append(write)
    }
    if quota != 0 {
      let limit = period == 0 ? limitText(quota) : "\(limitText(quota)) \(period)"
      append(LimitWrite("cpu.quota", .cpu, "cpu.max", limit, isRequired: quota > 0))
    } else if period != 0 {
      append(
        LimitWrite(
          "cpu.period", .cpu, "cpu.max", .afterFirstWord(String(period)), isRequired: false))
    }
  }

  /// Plans the processors and memory nodes to run on.
  mutating func addCPUSet(_ cpu: LinuxCPU) {
    if let cpus = cpu.cpus, !cpus.isEmpty {
      append(LimitWrite("cpu.cpus", .cpuset, "cpuset.cpus", cpus))
    }
    if let mems = cpu.mems, !mems.isEmpty {
      append(LimitWrite("cpu.mems", .cpuset, "cpuset.mems", mems))
    }
  }
}
