// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Cgroups

/// Resources and what is written for them, in order; a `?` marks what is left
/// out where the file is not there.
private let plans: [(LinuxResources, [String])] = [
  (LinuxResources(), []),
  (LinuxResources(devices: [LinuxDeviceCgroup(allow: false)]), []),
  (LinuxResources(memory: LinuxMemory(), cpu: LinuxCPU(), pids: LinuxPids()), []),

  (LinuxResources(pids: LinuxPids(limit: 100)), ["pids.max 100"]),
  (LinuxResources(pids: LinuxPids(limit: -1)), ["pids.max? max"]),
  (LinuxResources(pids: LinuxPids(limit: 0)), ["pids.max 1"]),

  (LinuxResources(memory: LinuxMemory(limit: 1000)), ["memory.max 1000"]),
  (
    LinuxResources(memory: LinuxMemory(limit: -1)), ["memory.swap.max? max", "memory.max? max"]
  ),
  (LinuxResources(memory: LinuxMemory(limit: 0, swap: 0)), []),
  (
    LinuxResources(memory: LinuxMemory(limit: 1000, reservation: 500, swap: 3000)),
    ["memory.swap.max 2000", "memory.max 1000", "memory.low 500"]
  ),
  (
    LinuxResources(memory: LinuxMemory(limit: 1000, swap: 1000)),
    ["memory.swap.max? 0", "memory.max 1000"]
  ),
  (
    LinuxResources(memory: LinuxMemory(limit: 1000, swap: -1)),
    ["memory.swap.max? max", "memory.max 1000"]
  ),
  (LinuxResources(memory: LinuxMemory(swap: -1)), ["memory.swap.max? max"]),
  (
    LinuxResources(memory: LinuxMemory(limit: -1, swap: 3000)),
    ["memory.swap.max 3000", "memory.max? max"]
  ),
  (LinuxResources(memory: LinuxMemory(reservation: -1)), ["memory.low? max"]),
  (
    LinuxResources(
      memory: LinuxMemory(
        kernel: -1, kernelTCP: 0, disableOOMKiller: false, useHierarchy: true)), []
  ),

  (LinuxResources(cpu: LinuxCPU(shares: 0, quota: 0, period: 0)), []),
  (LinuxResources(cpu: LinuxCPU(shares: 1024)), ["cpu.weight 100"]),
  (LinuxResources(cpu: LinuxCPU(quota: 50_000)), ["cpu.max 50000"]),
  (LinuxResources(cpu: LinuxCPU(quota: 50_000, period: 20_000)), ["cpu.max 50000 20000"]),
  (LinuxResources(cpu: LinuxCPU(quota: -1)), ["cpu.max? max"]),
  (LinuxResources(cpu: LinuxCPU(quota: -1, period: 20_000)), ["cpu.max? max 20000"]),
  (LinuxResources(cpu: LinuxCPU(period: 20_000)), ["cpu.max? … 20000"]),
  (
    LinuxResources(cpu: LinuxCPU(quota: 50_000, burst: 10_000)),
    ["cpu.max.burst 10000 ~", "cpu.max 50000"]
  ),
  (LinuxResources(cpu: LinuxCPU(burst: 0)), ["cpu.max.burst? 0"]),
  (LinuxResources(cpu: LinuxCPU(shares: 512, idle: 1)), ["cpu.idle 1"]),
  (LinuxResources(cpu: LinuxCPU(shares: 512, idle: 0)), ["cpu.idle? 0", "cpu.weight 59"]),
  (
    LinuxResources(cpu: LinuxCPU(realtimeRuntime: 0, realtimePeriod: 0, cpus: "0-1", mems: "0")),
    ["cpuset.cpus 0-1", "cpuset.mems 0"]
  ),
  (LinuxResources(cpu: LinuxCPU(cpus: "", mems: "")), []),

  (LinuxResources(blockIO: LinuxBlockIO(weight: 10)), ["io.bfq.weight 10 & io.weight 1"]),
  (LinuxResources(blockIO: LinuxBlockIO(weight: 0, leafWeight: 0)), []),
  (
    LinuxResources(
      blockIO: LinuxBlockIO(
        weightDevice: [LinuxWeightDevice(major: 8, minor: 16, weight: 1000)],
        throttleReadBpsDevice: [LinuxThrottleDevice(major: 8, minor: 0, rate: 1)],
        throttleWriteBpsDevice: [LinuxThrottleDevice(major: 8, minor: 0, rate: 2)],
        throttleReadIOPSDevice: [
          LinuxThrottleDevice(major: 8, minor: 0, rate: 3),
          LinuxThrottleDevice(major: 8, minor: 16, rate: 0),
        ],
        throttleWriteIOPSDevice: [LinuxThrottleDevice(major: 8, minor: 0, rate: 4)])),
    [
      "io.bfq.weight 8:16 1000 & io.weight 8:16 10000", "io.max 8:0 rbps=1", "io.max 8:0 wbps=2",
      "io.max 8:0 riops=3", "io.max? 8:16 riops=max", "io.max 8:0 wiops=4",
    ]
  ),

  (
    LinuxResources(hugepageLimits: [LinuxHugepageLimit(pageSize: "2MB", limit: 4_194_304)]),
    ["hugetlb.2MB.max 4194304", "hugetlb.2MB.rsvd.max 4194304"]
  ),
  (LinuxResources(network: LinuxNetwork(classID: 0)), []),
  (
    LinuxResources(rdma: [
      "mlx5_0": LinuxRdma(hcaHandles: 3, hcaObjects: 10_000), "mlx5_1": LinuxRdma(hcaObjects: 0),
    ]),
    ["rdma.max mlx5_0 hca_handle=3 hca_object=10000", "rdma.max mlx5_1 hca_object=0"]
  ),
  (
    LinuxResources(
      memory: LinuxMemory(limit: 1000),
      unified: ["memory.high": "900", "io.max": "8:0 rbps=1\n8:16 rbps=2\n"]),
    ["memory.max 1000", "memory.high 900", "io.max 8:0 rbps=1", "io.max 8:16 rbps=2"]
  ),
]

/// Resources that are refused, and the property that is named.
private let refusals: [(LinuxResources, String)] = [
  (LinuxResources(memory: LinuxMemory(swap: 1000)), "memory.swap"),
  (LinuxResources(memory: LinuxMemory(kernel: 1)), "memory.kernel"),
  (LinuxResources(memory: LinuxMemory(kernelTCP: 1)), "memory.kernelTCP"),
  (LinuxResources(memory: LinuxMemory(swappiness: 0)), "memory.swappiness"),
  (LinuxResources(memory: LinuxMemory(disableOOMKiller: true)), "memory.disableOOMKiller"),
  (LinuxResources(memory: LinuxMemory(useHierarchy: false)), "memory.useHierarchy"),
  (LinuxResources(cpu: LinuxCPU(realtimeRuntime: 1)), "cpu.realtimeRuntime"),
  (LinuxResources(cpu: LinuxCPU(realtimePeriod: 1)), "cpu.realtimePeriod"),
  (LinuxResources(blockIO: LinuxBlockIO(leafWeight: 10)), "blockIO.leafWeight"),
  (
    LinuxResources(
      blockIO: LinuxBlockIO(weightDevice: [LinuxWeightDevice(major: 8, minor: 0, leafWeight: 10)])),
    "blockIO.weightDevice[0].leafWeight"
  ),
  (LinuxResources(network: LinuxNetwork(classID: 1)), "network.classID"),
  (
    LinuxResources(
      network: LinuxNetwork(priorities: [LinuxInterfacePriority(name: "eth0", priority: 1)])),
    "network.priorities"
  ),
  (LinuxResources(unified: ["cgroup.procs": "1"]), "unified.cgroup.procs"),
  (LinuxResources(unified: ["cgroup.subtree_control": "+pids"]), "unified.cgroup.subtree_control"),
]

@Suite struct LimitPlanTests {
  @Test(arguments: plans)
  func limitsBecomeWritesInTheOrderTheKernelNeeds(
    resources: LinuxResources, expected: [String]
  ) throws {
    let writes = try LimitPlan(resources).writes.map { write in
      let value =
        switch write.value {
        case .text(let text): text
        case .afterFirstWord(let text): "… \(text)"
        }
      let counterpart = write.counterpart.map { " & \($0.file) \($0.value)" } ?? ""
      return "\(write.file)\(write.isRequired ? "" : "?") \(value)\(counterpart)"
        + (write.mayComeAfterNext ? " ~" : "")
    }
    #expect(writes == expected)
  }

  @Test(arguments: refusals)
  func whatIsWrongOrOnlyInVersionOneIsRefusedByName(
    resources: LinuxResources, property: String
  ) {
    let error = #expect(throws: RuntimeError.self) { try LimitPlan(resources) }
    #expect(error?.kind == .invalidSpec)
    #expect(error?.description.hasPrefix("linux.resources.\(property): ") == true)
  }

  @Test(
    arguments: [
      (2, 1), (3, 2), (1, 1), (10, 4), (102, 17), (256, 35), (512, 59), (1024, 100), (2048, 174),
      (4096, 303), (10_240, 639), (262_143, 10_000), (262_144, 10_000), (UInt64.max, 10_000),
    ] as [(UInt64, UInt64)])
  func sharesBecomeWeights(shares: UInt64, weight: UInt64) {
    #expect(LimitPlan.weight(shares: shares) == weight)
  }

  @Test func weightsNeverFallAsSharesGrow() {
    var last: UInt64 = 0
    for shares in stride(from: 2 as UInt64, through: 262_144, by: 7) {
      let weight = LimitPlan.weight(shares: shares)
      #expect(weight >= last && (1...10_000).contains(weight))
      last = weight
    }
  }

  @Test func onlyRealLimitsNeedControllers() throws {
    let none = LinuxResources(
      devices: [LinuxDeviceCgroup(allow: false)], memory: LinuxMemory(limit: -1, swap: -1),
      cpu: LinuxCPU(quota: -1, period: 100_000, idle: 0), pids: LinuxPids(limit: -1))
    #expect(try LimitPlan(none).controllers == [])
    #expect(try LimitPlan(nil).controllers == [])
    let all = LinuxResources(
      memory: LinuxMemory(limit: 1), cpu: LinuxCPU(shares: 1024, cpus: "0"),
      pids: LinuxPids(limit: 1), blockIO: LinuxBlockIO(weight: 10),
      hugepageLimits: [LinuxHugepageLimit(pageSize: "2MB", limit: 0)],
      rdma: ["a": LinuxRdma(hcaHandles: 1)], unified: ["misc.max": "a 1"])
    #expect(
      try LimitPlan(all).controllers
        == [.memory, .cpu, .cpuset, .pids, .io, .hugetlb, .rdma, .misc])
    let core = LinuxResources(unified: ["cgroup.max.depth": "3", "memory.pressure": "x"])
    #expect(try LimitPlan(core).controllers == [])
  }

  @Test func aMissingControllerIsNamedWithThePropertyAndThePlace() throws {
    let fake = FakeCgroup(controllers: "hugetlb")
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let plan = try LimitPlan(LinuxResources(rdma: ["a": LinuxRdma(hcaHandles: 1)]))
    let error = #expect(throws: RuntimeError.self) {
      _ = try Cgroup.create(
        in: hierarchy, at: CgroupPath(cgroupsPath: "/made/leaf", id: "x"), for: plan)
    }
    #expect(error?.kind == .missingController)
    let beginning =
      "linux.resources.rdma.a: the rdma controller is not on the cgroup2 hierarchy \(fake.path); "
    #expect(error?.description.hasPrefix(beginning) == true)
    #expect(!fake.exists("/made"))
  }
}
