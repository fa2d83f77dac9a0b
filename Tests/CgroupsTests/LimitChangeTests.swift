// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Cgroups

@Suite struct LimitChangeTests {
  let fake = FakeCgroup()

  /// Changes limits of a cgroup with the given files.
  private func change(
    _ resources: LinuxResources, _ files: [String: String]
  ) throws -> (former: LimitPlan, cgroup: Shared<Cgroup>) {
    fake.add("/c1", files)
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let identity = Cgroup.Knowledge.identity(try FileStatus(fake.path + "/c1").inode)
    guard
      let opened = try Cgroup.open(in: hierarchy, at: CgroupPath(components: ["c1"]), identity)
    else { throw RuntimeError(.failed, "no cgroup") }
    let cgroup = Shared(opened)
    return (try cgroup.value.change(try LimitPlan(resources), in: hierarchy, nil), cgroup)
  }

  private func texts(_ plan: LimitPlan) -> [String] {
    plan.writes.map { write in
      guard case .text(let text) = write.value else { return "\(write.file) ?" }
      return "\(write.file) \(text)"
    }
  }

  @Test func whatWasThereIsKeptInReverse() throws {
    let (former, cgroup) = try change(
      LinuxResources(
        memory: LinuxMemory(limit: 1000, reservation: 10), cpu: LinuxCPU(cpus: "1"),
        pids: LinuxPids(limit: 5)),
      ["pids.max": "max\n", "memory.max": "500\n", "memory.low": "0\n", "cpuset.cpus": "\n"])
    #expect(
      texts(former) == ["cpuset.cpus \n", "memory.low 0", "memory.max 500", "pids.max max"])
    #expect(fake.contents("/c1/pids.max")?.hasPrefix("5") == true)
    try cgroup.value.restore(former, nil)
    #expect(fake.contents("/c1/pids.max")?.hasPrefix("max") == true)
    #expect(fake.contents("/c1/memory.max")?.hasPrefix("500") == true)
  }

  @Test(arguments: ["100", "0", "200", "300", "max"])
  func roomForWhatALowerLimitDrivesOutIsTakenLast(present: String) throws {
    // Of swap alone, 200 are left.
    let (former, _) = try change(
      LinuxResources(memory: LinuxMemory(limit: 100, swap: 300)),
      ["memory.max": "1000\n", "memory.swap.max": "\(present)\n"])
    let isLowered = (UInt64(present) ?? .max) > 200
    // The other way round than it was written.
    #expect(
      former.writes.map(\.file)
        == (isLowered ? ["memory.swap.max", "memory.max"] : ["memory.max", "memory.swap.max"]))
  }

  @Test func aFailureSetsBackWhatWasSet() throws {
    // A directory cannot be written to.
    fake.add("/c1/pids.max")
    fake.add("/c1", ["memory.max": "500\n", "cpu.weight": "100\n"])
    let limits = LinuxResources(
      memory: LinuxMemory(limit: 1000), cpu: LinuxCPU(shares: 2), pids: nil,
      unified: ["pids.max": "7"])
    let error = #expect(throws: RuntimeError.self) { try change(limits, [:]) }
    #expect(error?.description.hasPrefix("linux.resources.unified.pids.max: ") == true)
    #expect(fake.contents("/c1/memory.max")?.hasPrefix("500") == true)
    #expect(fake.contents("/c1/cpu.weight")?.hasPrefix("100") == true)
  }

  @Test func aControllerThatTheHierarchyLacksIsNamedFirst() throws {
    fake.add("/", ["cgroup.controllers": "memory\n"])
    let limits = LinuxResources(memory: LinuxMemory(limit: 9), pids: LinuxPids(limit: 5))
    let error = #expect(throws: RuntimeError.self) {
      try change(limits, ["memory.max": "500\n", "pids.max": "max\n"])
    }
    #expect(error?.kind == .missingController)
    #expect(fake.contents("/c1/memory.max") == "500\n")
  }

  @Test func aControllerThatTheCgroupLacksIsEnabled() throws {
    fake.add("/", ["cgroup.controllers": "cpuset pids", "cgroup.subtree_control": "pids"])
    // What enabling makes appear is not there in a fake one.
    let error = #expect(throws: RuntimeError.self) {
      try change(LinuxResources(cpu: LinuxCPU(cpus: "0")), ["cgroup.controllers": "pids\n"])
    }
    #expect(error?.description.contains("no file cpuset.cpus") == true)
    #expect(fake.contents("/cgroup.subtree_control")?.hasPrefix("+cpuset") == true)
  }

  @Test func anIdleCgroupGetsItsWeightBack() throws {
    let (former, _) = try change(
      LinuxResources(cpu: LinuxCPU(idle: 1)), ["cpu.idle": "0\n", "cpu.weight": "59\n"])
    #expect(texts(former) == ["cpu.idle 0", "cpu.weight 59"])
  }

  @Test func aBurstMayHaveToGoBeforeItsQuota() throws {
    let (former, _) = try change(
      LinuxResources(cpu: LinuxCPU(quota: 50_000, burst: 10_000)),
      ["cpu.max": "20000 100000\n", "cpu.max.burst": "5000\n"])
    #expect(texts(former) == ["cpu.max 20000 100000", "cpu.max.burst 5000"])
    #expect(former.writes.first?.mayComeAfterNext == true)
  }

  @Test(arguments: [
    ("io.max", "8:0 rbps=5", "8:0 rbps=9 wbps=max riops=max wiops=3", "8:0 rbps=9"),
    ("io.max", "8:0 rbps=5 wiops=1", "8:16 rbps=9 wbps=max", "8:0 rbps=max wiops=max"),
    ("io.max", "8:0 rbps=5", "", "8:0 rbps=max"),
    ("io.weight", "200", "default 100\n8:0 50", "100"),
    ("io.weight", "default 200", "default 100\n8:0 50", "100"),
    ("io.weight", "8:0 200", "default 100\n8:0 50", "8:0 50"),
    ("io.weight", "8:0 200", "default 100", "8:0 default"),
    ("io.bfq.weight", "8:0 200", "default 100", "8:0 0"),
    ("io.latency", "8:0 target=5", "8:0 target=75", "8:0 target=75"),
    (
      "rdma.max", "mlx hca_handle=2", "mlx hca_handle=max hca_object=3",
      "mlx hca_handle=max hca_object=3"
    ),
    ("misc.max", "sev 2", "sev max\nother 1", "sev max"),
    ("memory.high", "5", "max", "max"),
  ])
  func aLineIsSetBackAlone(file: String, text: String, present: String, back: String) {
    let controller = Controllers(name: file.prefix { $0 != "." }) ?? []
    let undone = LimitWrite("unified", controller, file, text).undone(to: present)
    #expect(undone?.value == .text(back))
  }
}
