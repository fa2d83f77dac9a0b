// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The limits of a cgroup.
package struct LinuxResources: Equatable, Sendable {
  /// The device filter's rules, in order.
  package var devices: [LinuxDeviceCgroup]
  /// Memory limits.
  package var memory: LinuxMemory?
  /// CPU time and placement.
  package var cpu: LinuxCPU?
  /// How many tasks there may be.
  package var pids: LinuxPids?
  /// Block input and output.
  package var blockIO: LinuxBlockIO?
  /// Huge page limits, one a page size.
  package var hugepageLimits: [LinuxHugepageLimit]
  /// Network class and priorities (cgroup v1 only).
  package var network: LinuxNetwork?
  /// RDMA limits by device name.
  package var rdma: OrderedMap<LinuxRdma>
  /// What is written to a cgroup v2 file, by the file's name.
  package var unified: OrderedMap<String>

  /// Makes limits from their parts.
  package init(
    devices: [LinuxDeviceCgroup] = [], memory: LinuxMemory? = nil, cpu: LinuxCPU? = nil,
    pids: LinuxPids? = nil, blockIO: LinuxBlockIO? = nil,
    hugepageLimits: [LinuxHugepageLimit] = [], network: LinuxNetwork? = nil,
    rdma: OrderedMap<LinuxRdma> = OrderedMap(), unified: OrderedMap<String> = OrderedMap()
  ) {
    self.devices = devices
    self.memory = memory
    self.cpu = cpu
    self.pids = pids
    self.blockIO = blockIO
    self.hugepageLimits = hugepageLimits
    self.network = network
    self.rdma = rdma
    self.unified = unified
  }
}

extension LinuxResources: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    devices = try json.objects("devices")
    memory = try json.object("memory")
    cpu = try json.object("cpu")
    pids = try json.object("pids")
    blockIO = try json.object("blockIO")
    hugepageLimits = try json.objects("hugepageLimits")
    network = try json.object("network")
    rdma = try json.objectMap("rdma")
    unified = try json.stringMap("unified")
  }
}

/// Memory limits in bytes; -1 means unlimited.
package struct LinuxMemory: Equatable, Sendable {
  /// The most memory that may be used.
  package var limit: Int64?
  /// The memory that is protected from reclaim.
  package var reservation: Int64?
  /// The most memory and swap together.
  package var swap: Int64?
  /// The most kernel memory (cgroup v1 only).
  package var kernel: Int64?
  /// The most kernel memory for TCP buffers (cgroup v1 only).
  package var kernelTCP: Int64?
  /// How eagerly the kernel swaps, 0 to 100 (cgroup v1 only).
  package var swappiness: UInt64?
  /// Whether tasks over the limit wait instead of being killed (cgroup v1 only).
  package var disableOOMKiller: Bool?
  /// Whether child cgroups count (cgroup v1 only).
  package var useHierarchy: Bool?
  /// Whether an update below the present usage is refused.
  package var checkBeforeUpdate: Bool?

  /// Makes memory limits from their parts.
  package init(
    limit: Int64? = nil, reservation: Int64? = nil, swap: Int64? = nil, kernel: Int64? = nil,
    kernelTCP: Int64? = nil, swappiness: UInt64? = nil, disableOOMKiller: Bool? = nil,
    useHierarchy: Bool? = nil, checkBeforeUpdate: Bool? = nil
  ) {
    self.limit = limit
    self.reservation = reservation
    self.swap = swap
    self.kernel = kernel
    self.kernelTCP = kernelTCP
    self.swappiness = swappiness
    self.disableOOMKiller = disableOOMKiller
    self.useHierarchy = useHierarchy
    self.checkBeforeUpdate = checkBeforeUpdate
  }
}

extension LinuxMemory: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    limit = try json.integer("limit")
    reservation = try json.integer("reservation")
    swap = try json.integer("swap")
    kernel = try json.integer("kernel")
    kernelTCP = try json.integer("kernelTCP")
    swappiness = try json.integer("swappiness")
    disableOOMKiller = try json.bool("disableOOMKiller")
    useHierarchy = try json.bool("useHierarchy")
    checkBeforeUpdate = try json.bool("checkBeforeUpdate")
  }
}

/// CPU time, in microseconds, and placement.
package struct LinuxCPU: Equatable, Sendable {
  /// The weight against other cgroups, on the scale of cgroup v1.
  package var shares: UInt64?
  /// The CPU time a period; negative or 0 means unlimited.
  package var quota: Int64?
  /// The unused CPU time that may be saved up.
  package var burst: UInt64?
  /// The period of the quota.
  package var period: UInt64?
  /// The real-time tasks' CPU time a period (cgroup v1 only).
  package var realtimeRuntime: Int64?
  /// The period of `realtimeRuntime` (cgroup v1 only).
  package var realtimePeriod: UInt64?
  /// The CPUs to run on, a list such as `0-3,7`.
  package var cpus: String?
  /// The memory nodes to use, a list such as `0-3,7`.
  package var mems: String?
  /// 1 when the cgroup only runs on CPUs that would idle.
  package var idle: Int64?

  /// Makes CPU limits from their parts.
  package init(
    shares: UInt64? = nil, quota: Int64? = nil, burst: UInt64? = nil, period: UInt64? = nil,
    realtimeRuntime: Int64? = nil, realtimePeriod: UInt64? = nil, cpus: String? = nil,
    mems: String? = nil, idle: Int64? = nil
  ) {
    self.shares = shares
    self.quota = quota
    self.burst = burst
    self.period = period
    self.realtimeRuntime = realtimeRuntime
    self.realtimePeriod = realtimePeriod
    self.cpus = cpus
    self.mems = mems
    self.idle = idle
  }
}

extension LinuxCPU: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    shares = try json.integer("shares")
    quota = try json.integer("quota")
    burst = try json.integer("burst")
    period = try json.integer("period")
    realtimeRuntime = try json.integer("realtimeRuntime")
    realtimePeriod = try json.integer("realtimePeriod")
    cpus = try json.nonEmptyString("cpus")
    mems = try json.nonEmptyString("mems")
    idle = try json.integer("idle")
  }
}

/// How many tasks a cgroup may have.
package struct LinuxPids: Equatable, Sendable {
  /// The number; -1 means unlimited, 0 is a real limit.
  package var limit: Int64?

  /// Makes a limit.
  package init(limit: Int64? = nil) {
    self.limit = limit
  }
}

extension LinuxPids: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    limit = try json.integer("limit")
  }
}

/// A limit on the huge pages of one size.
package struct LinuxHugepageLimit: Equatable, Sendable {
  /// The page size as the cgroup's files name it, such as `2MB`.
  package var pageSize: String
  /// The limit in bytes.
  package var limit: UInt64

  /// Makes a limit from its parts.
  package init(pageSize: String, limit: UInt64) {
    self.pageSize = pageSize
    self.limit = limit
  }
}

extension LinuxHugepageLimit: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    pageSize = try json.requiredString("pageSize")
    limit = try json.requiredInteger("limit")
  }
}

/// Network class and priorities (cgroup v1 only).
package struct LinuxNetwork: Equatable, Sendable {
  /// The class that packets are tagged with.
  package var classID: UInt32?
  /// The priorities by interface.
  package var priorities: [LinuxInterfacePriority]

  /// Makes network settings from their parts.
  package init(classID: UInt32? = nil, priorities: [LinuxInterfacePriority] = []) {
    self.classID = classID
    self.priorities = priorities
  }
}

extension LinuxNetwork: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    classID = try json.integer("classID")
    priorities = try json.objects("priorities")
  }
}

/// The priority of traffic through an interface.
package struct LinuxInterfacePriority: Equatable, Sendable {
  /// The interface.
  package var name: String
  /// The priority.
  package var priority: UInt32

  /// Makes a priority from its parts.
  package init(name: String, priority: UInt32) {
    self.name = name
    self.priority = priority
  }
}

extension LinuxInterfacePriority: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    name = try json.requiredString("name")
    priority = try json.requiredInteger("priority")
  }
}

/// Limits on an RDMA device.
package struct LinuxRdma: Equatable, Sendable {
  /// The most handles that may be open.
  package var hcaHandles: UInt32?
  /// The most objects that may be made.
  package var hcaObjects: UInt32?

  /// Makes limits from their parts.
  package init(hcaHandles: UInt32? = nil, hcaObjects: UInt32? = nil) {
    self.hcaHandles = hcaHandles
    self.hcaObjects = hcaObjects
  }
}

extension LinuxRdma: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    hcaHandles = try json.integer("hcaHandles")
    hcaObjects = try json.integer("hcaObjects")
  }
}
