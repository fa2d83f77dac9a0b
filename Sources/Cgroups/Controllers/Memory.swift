// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

extension LimitPlan {
  /// Plans the limits of memory and swap.
  mutating func add(_ memory: LinuxMemory) throws(RuntimeError) {
    try checkVersionOne(memory)
    let limit = memory.limit ?? 0
    // Swap first, so that memory which a lower limit drives out finds the new
    // room for it.
    if let swap = try Self.swap(limit: limit, memoryAndSwap: memory.swap ?? 0) {
      append(
        LimitWrite(
          "memory.swap", .memory, "memory.swap.max", limitText(swap),
          isRequired: swap > 0))
    }
    // 0 is how callers leave a limit out.
    if limit != 0 {
      append(
        LimitWrite("memory.limit", .memory, "memory.max", limitText(limit), isRequired: limit > 0))
    }
    if let reservation = memory.reservation, reservation != 0 {
      append(
        LimitWrite(
          "memory.reservation", .memory, "memory.low", limitText(reservation),
          isRequired: reservation > 0))
    }
    guard memory.checkBeforeUpdate == true else { return }
    // A sum that is too small makes the limit too small, too, and is what is wrong.
    if let sum = memory.swap, sum > 0 {
      usageBounds.append(UsageBound("memory.swap", "memory+swap limit", UInt64(sum)))
    }
    if limit > 0 { usageBounds.append(UsageBound("memory.limit", "memory limit", UInt64(limit))) }
  }

  /// The limit of swap alone, from that of memory and swap together.
  ///
  /// - Returns: nil to leave it alone; a negative number for no limit.
  static func swap(limit: Int64, memoryAndSwap: Int64) throws(RuntimeError) -> Int64? {
    // Memory without a limit comes with swap without one.
    if memoryAndSwap == 0 { return limit < 0 ? -1 : nil }
    if memoryAndSwap < 0 || limit < 0 { return memoryAndSwap }
    if limit == 0 {
      throw invalid("memory.swap", "it is memory and swap together, and memory.limit is not set")
    }
    return memoryAndSwap - limit
  }

  private func checkVersionOne(_ memory: LinuxMemory) throws(RuntimeError) {
    if let kernel = memory.kernel, kernel > 0 { throw Self.versionOneOnly("memory.kernel") }
    if let kernel = memory.kernelTCP, kernel > 0 { throw Self.versionOneOnly("memory.kernelTCP") }
    if memory.swappiness != nil { throw Self.versionOneOnly("memory.swappiness") }
    if memory.disableOOMKiller == true { throw Self.versionOneOnly("memory.disableOOMKiller") }
    if memory.useHierarchy == false {
      throw Self.invalid("memory.useHierarchy", "cgroup v2 always accounts hierarchically")
    }
  }
}
