// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Cgroups

@Suite struct LimitApplicationTests {
  let fake = FakeCgroup()

  /// Applies limits to a cgroup with the given files.
  private func apply(_ resources: LinuxResources, _ files: [String: String]) throws {
    fake.add("/c1", files)
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let cgroup = try Cgroup.open(
      in: hierarchy, at: CgroupPath(components: ["c1"]),
      .identity(FileStatus(fake.path + "/c1").inode))
    try cgroup?.apply(try LimitPlan(resources))
  }

  @Test func theFilesGetTheirValues() throws {
    try apply(
      LinuxResources(
        memory: LinuxMemory(limit: 1000, swap: 1500),
        cpu: LinuxCPU(quota: 50_000, burst: 7, period: 20_000), pids: LinuxPids(limit: 5)),
      [
        "pids.max": "", "memory.max": "", "memory.swap.max": "", "cpu.max": "",
        "cpu.max.burst": "",
      ])
    #expect(fake.contents("/c1/pids.max") == "5")
    #expect(fake.contents("/c1/memory.max") == "1000")
    #expect(fake.contents("/c1/memory.swap.max") == "500")
    #expect(fake.contents("/c1/cpu.max") == "50000 20000")
    #expect(fake.contents("/c1/cpu.max.burst") == "7")
  }

  @Test func whatHoldsAnywayNeedsNoFile() throws {
    try apply(
      LinuxResources(
        memory: LinuxMemory(limit: -1, swap: -1), cpu: LinuxCPU(quota: -1, period: 20_000),
        pids: LinuxPids(limit: -1)), [:])
    #expect(fake.contents("/c1/pids.max") == nil)
  }

  @Test func aPeriodAloneKeepsTheQuota() throws {
    try apply(LinuxResources(cpu: LinuxCPU(period: 20_000)), ["cpu.max": "5000 10000\n"])
    #expect(fake.contents("/c1/cpu.max")?.hasPrefix("5000 20000") == true)
  }

  @Test func theWeightGoesToTheFilesThatAreThere() throws {
    let resources = LinuxResources(blockIO: LinuxBlockIO(weight: 505))
    try apply(resources, ["io.weight": ""])
    #expect(fake.contents("/c1/io.weight") == "5000")
    try apply(resources, ["io.weight": "", "io.bfq.weight": ""])
    #expect(fake.contents("/c1/io.bfq.weight") == "505")
    #expect(fake.contents("/c1/io.weight") == "5000")
  }

  @Test func aPartitionThatTheKernelCannotMakeIsAnError() throws {
    let name = "cpuset.cpus.partition"
    try apply(LinuxResources(unified: [name: "root"]), [name: ""])
    #expect(fake.contents("/c1/\(name)") == "root")
    // The file keeps what is written, as the kernel keeps the reason.
    let invalid = "root invalid (Parent is not a partition root)"
    let error = #expect(throws: RuntimeError.self) {
      try apply(LinuxResources(unified: [name: invalid]), [name: ""])
    }
    #expect(
      error?.description
        == "linux.resources.unified.cpuset.cpus.partition: cgroup /c1 is no partition:"
        + " root invalid (Parent is not a partition root)")
  }

  @Test func aMissingFileIsAnErrorThatNamesThePropertyAndTheReason() {
    let error = #expect(throws: RuntimeError.self) {
      try apply(LinuxResources(pids: LinuxPids(limit: 5)), ["cgroup.controllers": "memory\n"])
    }
    #expect(error?.kind == .missingController)
    #expect(
      error?.description
        == "linux.resources.pids.limit: cgroup /c1 has no file pids.max: the pids controller is"
        + " not enabled for it")
  }

  @Test func aMissingFileOfAnEnabledControllerIsTheKernels() {
    let error = #expect(throws: RuntimeError.self) {
      try apply(
        LinuxResources(hugepageLimits: [LinuxHugepageLimit(pageSize: "3MB", limit: 0)]),
        ["cgroup.controllers": "hugetlb\n"])
    }
    #expect(error?.description.hasSuffix("the kernel has no such control") == true)
  }

  @Test(arguments: [(999 as Int64, true), (1000, true), (1001, false)])
  func aLimitBelowTheUsageIsRefusedWhenThatIsAskedFor(limit: Int64, isRefused: Bool) throws {
    let resources = LinuxResources(memory: LinuxMemory(limit: limit, checkBeforeUpdate: true))
    let files = ["memory.current": "1000\n", "memory.max": ""]
    if isRefused {
      let error = #expect(throws: RuntimeError.self) { try apply(resources, files) }
      #expect(error?.description.contains("linux.resources.memory.limit: ") == true)
      #expect(fake.contents("/c1/memory.max") == "")
    } else {
      try apply(resources, files)
      #expect(fake.contents("/c1/memory.max") == "\(limit)")
    }
  }

  @Test func aSumOfMemoryAndSwapBelowTheUsageIsRefusedByItsOwnName() {
    let resources = LinuxResources(
      memory: LinuxMemory(limit: 500, swap: 900, checkBeforeUpdate: true))
    let error = #expect(throws: RuntimeError.self) {
      try apply(resources, ["memory.current": "1000\n", "memory.max": "", "memory.swap.max": ""])
    }
    #expect(
      error?.description == "linux.resources.memory.swap: rejecting memory+swap limit 900 <= usage"
        + " 1000, as checkBeforeUpdate is set")
  }

  /// The deadline passes when the cgroup does not freeze: one of its processes is
  /// deep in the kernel, and the others get the signal all the same.
  @Test(arguments: [true, false])
  func aSignalGoesToEachProcessBetweenFreezingAndThawing(freezes: Bool) throws {
    fake.add("/c1", ["cgroup.procs": ""])
    let sleeper = try Sleeper(in: fake.path + "/c1")
    fake.add(
      "/c1",
      [
        "cgroup.procs": "\(sleeper.pid)\n", "cgroup.freeze": "0",
        "cgroup.events": "populated 1\nfrozen \(freezes ? 1 : 0)\n",
      ])
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let cgroup = try Cgroup.open(
      in: hierarchy, at: CgroupPath(components: ["c1"]),
      .identity(FileStatus(fake.path + "/c1").inode))
    #expect(try cgroup?.signal(SIGKILL, until: .after(milliseconds: 20)) == [sleeper.pid])
    #expect(sleeper.endedBy() == SIGKILL)
    #expect(fake.contents("/c1/cgroup.freeze") == "0")
  }

  @Test func oomKillsAreCounted() throws {
    fake.add("/c1", ["memory.events": "low 0\nhigh 0\nmax 12\noom 2\noom_kill 3\n"])
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let cgroup = try Cgroup.open(
      in: hierarchy, at: CgroupPath(components: ["c1"]),
      .identity(FileStatus(fake.path + "/c1").inode))
    #expect(try cgroup?.oomKillCount() == 3)
    fake.add("/c2")
    let other = try Cgroup.open(
      in: hierarchy, at: CgroupPath(components: ["c2"]),
      .identity(FileStatus(fake.path + "/c2").inode))
    #expect(try other?.oomKillCount() == nil)
  }
}
