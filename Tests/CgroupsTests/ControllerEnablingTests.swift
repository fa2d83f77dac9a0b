// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Cgroups

/// Tests on a directory that looks like the hierarchy.
@Suite struct ControllerEnablingTests {
  @Test func allThatThereAreAreEnabledWhateverThePlanNeeds() throws {
    let fake = FakeCgroup(controllers: "cpuset memory pids hugetlb\n")
    fake.add("/", ["cgroup.subtree_control": ""])
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let cgroup = try Cgroup.create(
      in: hierarchy, at: CgroupPath(components: ["leaf"]), for: LimitPlan())
    #expect(fake.contents("/cgroup.subtree_control") == "+cpuset +memory +pids +hugetlb")
    #expect(cgroup.path.description == "/leaf")
    #expect(fake.exists("/leaf"))
  }

  @Test func whatIsMissingIsEnabled() throws {
    let fake = FakeCgroup(controllers: "cpuset memory pids hugetlb\n")
    fake.add("/", ["cgroup.subtree_control": "memory\n"])
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let plan = try LimitPlan(LinuxResources(cpu: LinuxCPU(cpus: "0")))
    _ = try Cgroup.create(in: hierarchy, at: CgroupPath(components: ["leaf"]), for: plan)
    #expect(fake.contents("/cgroup.subtree_control")?.hasPrefix("+cpuset +pids +hugetlb") == true)
  }

  @Test func whatIsEnabledIsNotWrittenAgain() throws {
    let fake = FakeCgroup(controllers: "memory pids\n")
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let plan = try LimitPlan(LinuxResources(pids: LinuxPids(limit: 1)))
    _ = try Cgroup.create(in: hierarchy, at: CgroupPath(components: ["leaf"]), for: plan)
    #expect(fake.contents("/cgroup.subtree_control") == "memory pids\n")
  }

  /// A hierarchy whose kernel refuses each controller with EINVAL.
  private func refusing() throws -> FakeCgroup {
    let fake = FakeCgroup(controllers: "cpu memory pids\n")
    let name = fake.path + "/cgroup.subtree_control"
    try FileManager.default.removeItem(atPath: name)
    // It can be read, and takes numbers only.
    try FileManager.default.createSymbolicLink(
      atPath: name, withDestinationPath: "/proc/self/oom_score_adj")
    return fake
  }

  @Test func whatThePlanDoesNotNeedMayBeRefused() throws {
    let fake = try refusing()
    _ = try Cgroup.create(
      in: CgroupHierarchy(mountPoint: fake.path), at: CgroupPath(components: ["leaf"]),
      for: LimitPlan())
    #expect(fake.exists("/leaf"))
  }

  @Test func whatThePlanNeedsIsNamedWithTheReason() throws {
    let fake = try refusing()
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let path = CgroupPath(components: ["leaf"])
    let realtime = #expect(throws: RuntimeError.self) {
      _ = try Cgroup.create(
        in: hierarchy, at: path, for: LimitPlan(LinuxResources(cpu: LinuxCPU(shares: 2))))
    }
    #expect(
      realtime?.description
        == "linux.resources.cpu.shares: the cpu controller cannot be enabled below \(fake.path): "
        + "realtime processes run there")
    let other = #expect(throws: RuntimeError.self) {
      _ = try Cgroup.create(
        in: hierarchy, at: path, for: LimitPlan(LinuxResources(pids: LinuxPids(limit: 1))))
    }
    #expect(other?.errno == EINVAL)
    #expect(!fake.exists("/leaf"))
  }
}
