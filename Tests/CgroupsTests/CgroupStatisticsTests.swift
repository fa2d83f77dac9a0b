// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Support
import Testing

@testable import Cgroups

@Suite struct CgroupStatisticsTests {
  let fake = FakeCgroup()

  /// What is read of a cgroup with the given files.
  private func statistics(_ files: [String: String]) throws -> JSONValue {
    fake.add("/c1", ["cgroup.events": "populated 1\n"])
    fake.add("/c1", files)
    let found = try Cgroup.open(
      in: CgroupHierarchy(mountPoint: fake.path), at: CgroupPath(components: ["c1"]),
      .identity(FileStatus(fake.path + "/c1").inode))
    guard let found else { return .null }
    return try found.statistics().map { .object($0) } ?? .null
  }

  @Test func aCgroupThatIsGoneHasNoCounters() throws {
    fake.add("/c2", ["cpu.stat": "usage_usec 12\n"])
    let found = try Cgroup.open(
      in: CgroupHierarchy(mountPoint: fake.path), at: CgroupPath(components: ["c2"]),
      .identity(FileStatus(fake.path + "/c2").inode))
    guard let found else { throw RuntimeError(.failed, "it is not there") }
    #expect(try found.statistics() == nil)
  }

  /// One part of it, in one line.
  private func part(_ key: String, _ files: [String: String]) throws -> String? {
    try statistics(files)[key]?.text()
  }

  @Test func timesOfCPUsAreInNanoseconds() throws {
    let text = """
      usage_usec 12
      user_usec 7
      system_usec 5
      nr_periods 4
      nr_throttled 3
      throttled_usec 2
      nr_bursts 1
      burst_usec 6

      """
    #expect(
      try part("cpu", ["cpu.stat": text])
        == #"{"usage":{"total":12000,"kernel":5000,"user":7000},"#
        + #""throttling":{"periods":4,"throttledPeriods":3,"throttledTime":2000},"#
        + #""burst":{"periods":1,"time":6000}}"#)
  }

  @Test func aTimeThatNoCounterHoldsIsTheLargest() throws {
    let found = try statistics(["cpu.stat": "usage_usec \(UInt64.max)\n"])
    #expect(found["cpu"]?["usage"]?["total"] == .unsigned(.max))
  }

  @Test func withoutTheControllerThereIsTheUsageOnly() throws {
    let files = ["cpu.stat": "usage_usec 1\nuser_usec 1\nsystem_usec 0\n"]
    #expect(
      try part("cpu", files)
        == #"{"usage":{"total":1000,"kernel":0,"user":1000},"throttling":{}}"#)
  }

  @Test func pressureIsRead() throws {
    let text = """
      some avg10=1.50 avg60=0.25 avg300=0.00 total=77
      full avg10=0.00 avg60=0.00 avg300=100.00 total=5

      """
    let psi =
      #"{"some":{"avg10":1.5,"avg60":0.25,"avg300":0.0,"total":77},"#
      + #""full":{"avg10":0.0,"avg60":0.0,"avg300":100.0,"total":5}}"#
    for (file, key) in [("cpu", "cpu"), ("memory", "memory"), ("io", "blkio")] {
      #expect(try statistics(["\(file).pressure": text])[key]?["psi"]?.text() == psi)
    }
  }

  @Test func whatMayBeUsedOfACPUSetIsListed() throws {
    #expect(
      try part("cpuset", ["cpuset.cpus.effective": "0-2,7\n", "cpuset.mems.effective": "0\n"])
        == #"{"cpus":[0,1,2,7],"mems":[0]}"#)
    #expect(
      try part("cpuset", ["cpuset.cpus.effective": "\n", "cpuset.mems.effective": "0\n"])
        == #"{"mems":[0]}"#)
  }

  private static let memory = [
    "memory.stat": "anon 1\nfile 2\n", "memory.current": "100\n", "memory.max": "200\n",
    "memory.peak": "150\n", "memory.events": "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n",
    "memory.swap.current": "10\n", "memory.swap.max": "50\n", "memory.swap.events": "fail 3\n",
  ]

  @Test func memoryAndSwapAreAddedUp() throws {
    #expect(
      try part("memory", Self.memory)
        == #"{"cache":2,"usage":{"limit":200,"usage":100,"max":150,"failcnt":9},"#
        + #""swap":{"limit":250,"usage":110,"failcnt":3},"raw":{"anon":1,"file":2}}"#)
  }

  @Test(arguments: [("max", "50"), ("200", "max"), ("max", "max")])
  func withoutOneLimitTheSumHasNone(memory: String, swap: String) throws {
    var files = Self.memory
    files["memory.max"] = "\(memory)\n"
    files["memory.swap.max"] = "\(swap)\n"
    #expect(try statistics(files)["memory"]?["swap"]?["limit"] == .unsigned(.max))
  }

  @Test func withoutAnAccountOfSwapTheSumIsMemory() throws {
    let files = Self.memory.filter { !$0.key.hasPrefix("memory.swap") }
    #expect(
      try statistics(files)["memory"]?["swap"]?.text() == #"{"limit":200,"usage":100,"failcnt":0}"#)
  }

  @Test func processesAreCountedWithoutTheController() throws {
    #expect(try part("pids", ["cgroup.procs": "5\n6\n"]) == #"{"current":2}"#)
    #expect(
      try part("pids", ["pids.current": "3\n", "pids.max": "7\n"]) == #"{"current":3,"limit":7}"#)
    #expect(try part("pids", ["pids.current": "3\n", "pids.max": "max\n"]) == #"{"current":3}"#)
  }

  @Test func ioHasTheNamesOfVersionOne() throws {
    let text = "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n7:1 rbytes=9\nx rbytes=1\n"
    #expect(
      try part("blkio", ["io.stat": text])
        == #"{"ioServiceBytesRecursive":[{"major":8,"minor":0,"op":"Read","value":1},"#
        + #"{"major":8,"minor":0,"op":"Write","value":2},"#
        + #"{"major":8,"minor":0,"op":"Discard","value":5},"#
        + #"{"major":7,"minor":1,"op":"Read","value":9}],"#
        + #""ioServicedRecursive":[{"major":8,"minor":0,"op":"Read","value":3},"#
        + #"{"major":8,"minor":0,"op":"Write","value":4},"#
        + #"{"major":8,"minor":0,"op":"Discard","value":6}]}"#)
  }

  @Test func hugePagesThatAreReservedCount() throws {
    #expect(
      try part(
        "hugetlb",
        [
          "hugetlb.2MB.current": "1\n", "hugetlb.2MB.rsvd.current": "2\n",
          "hugetlb.2MB.events": "max 3\n", "hugetlb.1GB.current": "4\n", "hugetlb.1GB.max": "5\n",
        ]) == #"{"1GB":{"usage":4,"failcnt":0},"2MB":{"usage":2,"failcnt":3}}"#)
  }

  @Test func adaptersAndMiscellaneousResourcesAreThereWithTheirControllers() throws {
    let none = try statistics([:])
    #expect(none["rdma"] == nil)
    #expect(none["misc"] == nil)
    let found = try statistics([
      "rdma.current": "mlx4_0 hca_handle=1 hca_object=20\n",
      "rdma.max": "mlx4_0 hca_handle=2 hca_object=max\n",
      "misc.current": "sev 3\nother 0\n", "misc.events": "sev.max 4\n",
    ])
    #expect(
      found["rdma"]?.text()
        == #"{"current":[{"device":"mlx4_0","hca_handles":1,"hca_objects":20}],"#
        + #""limit":[{"device":"mlx4_0","hca_handles":2,"hca_objects":18446744073709551615}]}"#)
    #expect(
      found["misc"]?.text() == #"{"sev":{"usage":3,"events":4},"other":{"usage":0,"events":0}}"#)
  }
}
