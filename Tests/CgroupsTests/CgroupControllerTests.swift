// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Cgroups

/// Tests on the real hierarchy that need one of its controllers.
@Suite(.timeLimit(.minutes(2))) struct CgroupControllerTests {
  let base = RealCgroup()
  var deadline: Deadline { .after(milliseconds: 10_000) }

  private static let hugePages = LinuxResources(
    hugepageLimits: [LinuxHugepageLimit(pageSize: "2MB", limit: 4_194_304)])

  @Test(.enabled(if: RealCgroup.has([.hugetlb]), "needs the hugetlb controller on cgroup2"))
  func theControllersOfAPlanAreEnabledOnTheWayAndNotInTheLeaf() throws {
    let hierarchy = try CgroupHierarchy.find()
    let plan = try LimitPlan(Self.hugePages)
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("a/leaf"), for: plan)
    try cgroup.apply(plan)
    #expect(try cgroup.read("hugetlb.2MB.max") == "4194304\n")
    #expect(try cgroup.read("hugetlb.2MB.rsvd.max") == "4194304\n")
    #expect(try cgroup.read("cgroup.subtree_control") == "")
    #expect(try cgroup.read("../cgroup.subtree_control")?.contains("hugetlb") == true)
    try cgroup.remove(until: deadline)
  }

  @Test(.enabled(if: RealCgroup.has([.hugetlb]), "needs the hugetlb controller on cgroup2"))
  func aParentWithProcessesOfItsOwnIsAnErrorThatSaysSo() throws {
    let hierarchy = try CgroupHierarchy.find()
    let parent = hierarchy.mountPoint + base.name
    try File.makeDirectory(parent)
    let sleeper = try Sleeper(in: parent)
    let error = #expect(throws: RuntimeError.self) {
      _ = try Cgroup.create(
        in: hierarchy, at: base.path("leaf"), for: try LimitPlan(Self.hugePages))
    }
    #expect(
      error?.description.hasPrefix(
        "linux.resources.hugepageLimits[0].pageSize: the hugetlb controller cannot be enabled"
          + " below \(parent): processes are in that cgroup itself") == true)
    #expect(!File.exists("\(parent)/leaf"))
    #expect(sleeper.goOn() == 0)
    try File.remove(parent, isDirectory: true)
  }

  @Test(.enabled(if: RealCgroup.has([.pids]), "needs pids on cgroup2"))
  func aParentWithProcessesOfItsOwnIsNotMadeThreaded() throws {
    let hierarchy = try CgroupHierarchy.find()
    let parent = hierarchy.mountPoint + base.name
    try File.makeDirectory(parent)
    let sleeper = try Sleeper(in: parent)
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    #expect(try cgroup.read("../cgroup.type") == "domain\n")
    #expect(try cgroup.read("cgroup.type") == "domain\n")
    let member = try Sleeper(in: cgroup.location)
    try cgroup.remove(until: deadline)
    #expect(member.endedBy() == SIGKILL)
    #expect(sleeper.goOn() == 0)
    try File.remove(parent, isDirectory: true)
  }

  @Test(.enabled(if: RealCgroup.has([.hugetlb]), "needs the hugetlb controller on cgroup2"))
  func aPageSizeThatTheMachineDoesNotHaveIsNamed() throws {
    let hierarchy = try CgroupHierarchy.find()
    let plan = try LimitPlan(
      LinuxResources(hugepageLimits: [LinuxHugepageLimit(pageSize: "3MB", limit: 0)]))
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: plan)
    let error = #expect(throws: RuntimeError.self) { try cgroup.apply(plan) }
    #expect(
      error?.description.hasPrefix("linux.resources.hugepageLimits[0].pageSize: cgroup ") == true)
    #expect(error?.description.hasSuffix("the kernel has no such control") == true)
    try cgroup.remove(until: deadline)
  }

  @Test(
    .enabled(
      if: RealCgroup.has([.cpu, .memory, .pids]), "needs cpu, memory and pids on cgroup2"))
  func theKernelTakesTheLimits() throws {
    let hierarchy = try CgroupHierarchy.find()
    let plan = try LimitPlan(
      LinuxResources(
        memory: LinuxMemory(limit: 67_108_864, reservation: 4_194_304, swap: 134_217_728),
        cpu: LinuxCPU(shares: 512, quota: 50_000, burst: 10_000, period: 100_000),
        pids: LinuxPids(limit: 7), unified: ["memory.high": "33554432"]))
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: plan)
    try cgroup.apply(plan)
    #expect(try cgroup.read("memory.max") == "67108864\n")
    #expect(try cgroup.read("memory.low") == "4194304\n")
    #expect(try cgroup.read("memory.high") == "33554432\n")
    #expect(try cgroup.read("memory.swap.max") ?? "67108864\n" == "67108864\n")
    #expect(try cgroup.read("cpu.weight") == "59\n")
    #expect(try cgroup.read("cpu.max") == "50000 100000\n")
    #expect(try cgroup.read("cpu.max.burst") == "10000\n")
    #expect(try cgroup.read("pids.max") == "7\n")
    #expect(try cgroup.oomKillCount() == 0)
    try cgroup.remove(until: deadline)
  }

  /// A burst may be more than the quota at no moment, so the order in which
  /// both have to be written depends on what they were.
  @Test(
    .enabled(if: RealCgroup.has([.cpu]), "needs cpu on cgroup2"),
    arguments: [(10_000 as Int64, 10_000 as UInt64), (90_000, 90_000), (5_000, 0)])
  func quotaAndBurstChangeTogether(quota: Int64, burst: UInt64) throws {
    let hierarchy = try CgroupHierarchy.find()
    let first = try LimitPlan(
      LinuxResources(cpu: LinuxCPU(quota: 50_000, burst: 40_000, period: 100_000)))
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: first)
    try cgroup.apply(first)
    try cgroup.apply(
      try LimitPlan(LinuxResources(cpu: LinuxCPU(quota: quota, burst: burst))))
    #expect(try cgroup.read("cpu.max") == "\(quota) 100000\n")
    #expect(try cgroup.read("cpu.max.burst") == "\(burst)\n")
    try cgroup.apply(try LimitPlan(LinuxResources(cpu: LinuxCPU(period: 200_000))))
    #expect(try cgroup.read("cpu.max") == "\(quota) 200000\n")
    try cgroup.apply(try LimitPlan(LinuxResources(cpu: LinuxCPU(shares: 2, idle: 1))))
    #expect(try cgroup.read("cpu.idle") == "1\n")
    try cgroup.apply(try LimitPlan(LinuxResources(cpu: LinuxCPU(shares: 2048, idle: 0))))
    #expect(try cgroup.read("cpu.weight") == "174\n")
    try cgroup.remove(until: deadline)
  }

  @Test(
    .enabled(if: RealCgroup.has([.cpuset, .io]), "needs cpuset and io on cgroup2"))
  func theKernelTakesPlacesAndWeights() throws {
    let hierarchy = try CgroupHierarchy.find()
    let plan = try LimitPlan(
      LinuxResources(
        cpu: LinuxCPU(cpus: "0", mems: "0"), blockIO: LinuxBlockIO(weight: 505)))
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: plan)
    // The kernel has a file for weights when one of two drivers is built in.
    let hasWeight = ["io.weight", "io.bfq.weight"].contains {
      File.exists($0, at: cgroup.directory)
    }
    do {
      try cgroup.apply(plan)
      let weight = try cgroup.read("io.bfq.weight") ?? cgroup.read("io.weight")
      #expect(weight == "default 505\n" || weight == "default 5000\n" || weight == "505\n")
    } catch let error as RuntimeError {
      #expect(!hasWeight)
      #expect(error.kind == .missingController)
    }
    let placed = try LimitPlan(LinuxResources(cpu: LinuxCPU(cpus: "0", mems: "0")))
    try cgroup.apply(placed)
    #expect(try cgroup.read("cpuset.cpus") == "0\n")
    #expect(try cgroup.read("cpuset.mems") == "0\n")
    try cgroup.remove(until: deadline)
  }

  @Test(.enabled(if: RealCgroup.has([.pids]), "needs pids on cgroup2"))
  func nothingIsForkedBeyondTheLimit() throws {
    let hierarchy = try CgroupHierarchy.find()
    let plan = try LimitPlan(LinuxResources(pids: LinuxPids(limit: 0)))
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: plan)
    try cgroup.apply(plan)
    let shell = try Sleeper(in: cgroup.location, running: "(exit 7); exit 0")
    #expect(shell.goOn() != 0)
    try cgroup.remove(until: deadline)
  }

  @Test(.enabled(if: RealCgroup.has([.memory]), "needs memory on cgroup2"))
  func anOOMKillIsCounted() throws {
    let hierarchy = try CgroupHierarchy.find()
    let plan = try LimitPlan(
      LinuxResources(memory: LinuxMemory(limit: 8_388_608, swap: 8_388_608)))
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: plan)
    try cgroup.apply(plan)
    let hog = try Sleeper(
      in: cgroup.location, running: "a=$(head -c 64000000 /dev/zero | tr '\\0' x); exit 0")
    #expect(hog.goOn() != 0)
    #expect(try cgroup.oomKillCount() ?? 0 > 0)
    try cgroup.remove(until: deadline)
  }
}
