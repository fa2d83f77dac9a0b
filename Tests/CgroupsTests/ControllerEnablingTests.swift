// SPDX-License-Identifier: Apache-2.0

import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Cgroups

/// Tests on a directory that looks like the hierarchy.
@Suite struct ControllerEnablingTests {
  @Test func whatAccountsIsEnabledWhereItIsAndNothingElse() throws {
    let fake = FakeCgroup(controllers: "cpuset memory pids hugetlb\n")
    fake.add("/", ["cgroup.subtree_control": ""])
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let cgroup = try Cgroup.create(
      in: hierarchy, at: CgroupPath(components: ["leaf"]), for: LimitPlan())
    #expect(fake.contents("/cgroup.subtree_control") == "+memory +pids")
    #expect(cgroup.path.description == "/leaf")
    #expect(fake.exists("/leaf"))
  }

  @Test func whatThePlanNeedsIsEnabledAsWell() throws {
    let fake = FakeCgroup(controllers: "cpuset memory pids hugetlb\n")
    fake.add("/", ["cgroup.subtree_control": "memory\n"])
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let plan = try LimitPlan(LinuxResources(cpu: LinuxCPU(cpus: "0")))
    _ = try Cgroup.create(in: hierarchy, at: CgroupPath(components: ["leaf"]), for: plan)
    #expect(fake.contents("/cgroup.subtree_control")?.hasPrefix("+cpuset +pids") == true)
  }

  @Test func whatIsEnabledIsNotWrittenAgain() throws {
    let fake = FakeCgroup(controllers: "memory pids\n")
    let hierarchy = CgroupHierarchy(mountPoint: fake.path)
    let plan = try LimitPlan(LinuxResources(pids: LinuxPids(limit: 1)))
    _ = try Cgroup.create(in: hierarchy, at: CgroupPath(components: ["leaf"]), for: plan)
    #expect(fake.contents("/cgroup.subtree_control") == "memory pids\n")
  }
}
