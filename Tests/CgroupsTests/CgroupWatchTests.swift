// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernel
import Support
import Testing

@testable import Cgroups

@Suite struct CgroupWatchTests {
  let fake = FakeCgroup()

  /// A cgroup whose files say so many kills, and whether a process is in it.
  private func tell(kills: Int, forks: Int = 0, populated: Int = 1) throws {
    // The same files are written again, as their readers hold them open.
    fake.add("/c1")
    for (name, text) in [
      ("cgroup.events", "populated \(populated)\nfrozen 0\n"),
      ("memory.events", "max 5\noom_kill \(kills)\n"), ("pids.events", "max \(forks)\n"),
    ] {
      let file = try File.open("\(fake.path)/c1/\(name)", [.writeOnly, .create, .truncate])
      try File.write(Array(text.utf8), to: file)
    }
  }

  private func watch() throws -> CgroupWatch {
    let cgroup = try Cgroup.open(
      in: CgroupHierarchy(mountPoint: fake.path), at: CgroupPath(components: ["c1"]),
      .identity(FileStatus(fake.path + "/c1").inode))
    guard let cgroup else { throw RuntimeError(.failed, "it is not there") }
    let watch = try CgroupWatch(cgroup)
    return try #require(watch)
  }

  @Test func eachKillIsToldOnceAndOnlyNewOnes() throws {
    try tell(kills: 2)
    let watch = try watch()
    #expect(watch.take() == [])
    try tell(kills: 4, forks: 9)
    #expect(watch.take() == [.outOfMemory, .outOfMemory, .noMoreProcesses])
    #expect(watch.take() == [])
  }

  @Test func theEndComesAfterWhatLedToIt() throws {
    try tell(kills: 0)
    let watch = try watch()
    try tell(kills: 1, populated: 0)
    #expect(watch.take() == [.outOfMemory, .empty])
    #expect(watch.take() == [])
    try tell(kills: 1, populated: 1)
    #expect(watch.take() == [])
    try tell(kills: 1, populated: 0)
    #expect(watch.take() == [.empty])
  }

  @Test func aCgroupThatWasEmptyDoesNotEnd() throws {
    try tell(kills: 0, populated: 0)
    #expect(try watch().take() == [])
  }

  @Test func whatWasCountedInACgroupThatIsGoneIsNotKnown() throws {
    try tell(kills: 2)
    // Like the files of a cgroup, those of a process fail once it is gone.
    fake.add("/c1", ["cgroup.procs": ""])
    let process = try Sleeper(in: "\(fake.path)/c1")
    unsafe unlink("\(fake.path)/c1/memory.events")
    #expect(
      unsafe symlink("/proc/\(process.pid)/status", "\(fake.path)/c1/memory.events") == 0)
    let watch = try watch()
    #expect(watch.take() == [])
    #expect(!watch.isKillCountLost)
    #expect(process.goOn() == 0)
    #expect(watch.take() == [])
    #expect(watch.isKillCountLost)
  }
}
