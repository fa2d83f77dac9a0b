// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct CgroupDelegationTests {
  private func mount(_ type: String, _ options: [String]) -> PlannedMount {
    PlannedMount(
      Mount(destination: "/sys/fs/cgroup", type: type, source: "cgroup", options: options),
      index: 0, bundle: "/b", rootfs: "/b/rootfs", inherited: nil, hasUserNamespace: true)
  }

  @Test(
    arguments: [
      ([.user, .cgroup], "cgroup", ["rw"], true), ([.user, .cgroup], "cgroup2", [], true),
      ([.user, .cgroup], "cgroup", ["ro"], false), ([.user, .cgroup], "tmpfs", ["rw"], false),
      ([.cgroup], "cgroup", ["rw"], false), ([.user], "cgroup", ["rw"], false),
    ] as [([NamespaceType], String, [String], Bool)])
  func onlyAContainerThatCanUseItGetsItsCgroup(
    types: [NamespaceType], type: String, options: [String], isWanted: Bool
  ) throws {
    let plan = try NamespacePlan(types.map { LinuxNamespace(type: $0) })
    #expect(CgroupDelegation.isWanted(by: 0, plan, [mount(type, options)]) == isWanted)
  }

  @Test func aJoinedCgroupNamespaceIsNotTheContainersOwn() throws {
    let plan = try NamespacePlan([
      LinuxNamespace(type: .user), LinuxNamespace(type: .cgroup, path: "/proc/self/ns/cgroup"),
    ])
    #expect(!CgroupDelegation.isWanted(by: 0, plan, [mount("cgroup", [])]))
  }

  @Test func theKernelSaysWhichIDAUserHasOnTheHost() throws {
    // In the user namespace of the tests an ID is the one of the host.
    let proc = try Procfs()
    #expect(try CgroupDelegation.hostID(of: geteuid(), pid: getpid(), proc) != nil)
    #expect(throws: RuntimeError.self) {
      _ = try CgroupDelegation.hostID(of: 0, pid: 0x7fff_fff0, proc)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
  func whatDistributesProcessesIsGivenAndWhatLimitsIsNot() throws {
    let fake = FakeCgroup()
    fake.add("/c1", ["cgroup.procs": "", "cgroup.threads": "", "memory.max": "max"])
    let directory = try File.open(fake.path + "/c1", .directory)
    // The kernel's list has files that this one lacks.
    try CgroupDelegation.give(directory, to: 1234)
    #expect(try FileStatus(fake.path + "/c1").uid == 1234)
    #expect(try FileStatus(fake.path + "/c1/cgroup.procs").uid == 1234)
    #expect(try FileStatus(fake.path + "/c1/cgroup.threads").uid == 1234)
    #expect(try FileStatus(fake.path + "/c1/memory.max").uid == 0)
  }
}
