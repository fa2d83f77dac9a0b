// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Kernel
import Support
import Synchronization
import Testing

@testable import Cgroups

/// Tests on the real hierarchy, in cgroups of their own below `/runp-test-…`;
/// they need no controller.
@Suite(
  .enabled(
    if: RealCgroup.isWritable, "needs root and a cgroup2 mount in which cgroups can be made"),
  .timeLimit(.minutes(2)))
struct CgroupLifecycleTests {
  let base = RealCgroup()
  var deadline: Deadline { .after(milliseconds: 10_000) }

  @Test func aLeafIsMadeAndRemovedWithWhatRunpMadeAboveIt() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = base.path("a/b/leaf")
    let cgroup = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan())
    let isConfirmed = cgroup.isConfirmed
    #expect(isConfirmed)
    #expect(File.exists(cgroup.location))
    try cgroup.remove(until: deadline)
    #expect(!File.exists(hierarchy.mountPoint + path.description))
    #expect(!File.exists(hierarchy.mountPoint + base.name))
  }

  @Test func aSharedParentStaysForAsLongAsAnotherIsInIt() throws {
    let hierarchy = try CgroupHierarchy.find()
    let first = try Cgroup.create(in: hierarchy, at: base.path("one"), for: LimitPlan())
    let second = try Cgroup.create(in: hierarchy, at: base.path("two"), for: LimitPlan())
    try first.remove(until: deadline)
    #expect(File.exists(second.location))
    try second.remove(until: deadline)
    #expect(!File.exists(hierarchy.mountPoint + base.name))
  }

  @Test func aParentThatSomebodyElseMadeStays() throws {
    let hierarchy = try CgroupHierarchy.find()
    let parent = hierarchy.mountPoint + base.name
    try File.makeDirectory(parent)
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    try cgroup.remove(until: deadline)
    #expect(File.exists(parent))
    try File.remove(parent, isDirectory: true)
  }

  @Test func anExistingCgroupIsNotTakenUnlessItWasRecorded() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = base.path("leaf")
    let cgroup = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan())
    let error = #expect(throws: RuntimeError.self) {
      _ = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan())
    }
    #expect(error?.kind == .alreadyExists)
    #expect(error?.description.contains(cgroup.location) == true)
    try cgroup.remove(until: deadline)
  }

  @Test func onlyTheHolderOfAClaimThatIsGoneIsReplaced() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = base.path("leaf")
    let first = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan(), as: .test("a"))
    let error = #expect(throws: RuntimeError.self) {
      _ = try Cgroup.create(
        in: hierarchy, at: path, for: LimitPlan(), as: .test("b", alive: ["a"]))
    }
    #expect(
      error?.description == "cgroup \(first.location) already exists, and is that of of a")
    let second = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan(), as: .test("b"))
    let hasOtherIdentity = second.identity != first.identity
    #expect(hasOtherIdentity)
    #expect(try Cgroup.open(in: hierarchy, at: path, .identity(first.identity)) == nil)
    try second.remove(until: deadline)
  }

  @Test(arguments: [(true, "a"), (true, "b"), (false, "a"), (true, nil), (false, nil)])
  func aClaimTellsWhatAKilledCommandLeft(existed: Bool, written: String?) throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = base.path("leaf")
    let location = hierarchy.mountPoint + path.description
    if let written {
      _ = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan(), as: .test(written))
    } else {
      try File.makeDirectories(location)
    }
    let found = try Cgroup.open(in: hierarchy, at: path, .claim("a", existed: existed))
    // With a claim it is whose claim it is; without one it may only be ours, and
    // is removed if it is empty, when nothing was there before.
    let isConfirmed: Bool? = if let found { found.isConfirmed } else { nil }
    #expect(isConfirmed == (written == nil ? (existed ? nil : false) : written == "a" ? true : nil))
    try File.remove(location, isDirectory: true)
    Cgroup.removeMarkedAncestors(of: path, in: hierarchy.mountPoint)
    try? File.remove(hierarchy.mountPoint + base.name, isDirectory: true)
  }

  @Test func theProcessesOfItAndOfThoseBelowAreListedAndKilled() throws {
    let hierarchy = try CgroupHierarchy.find()
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    #expect(try !cgroup.isPopulated())
    let first = try Sleeper(in: cgroup.location)
    try File.makeDirectory("\(cgroup.location)/below.it")
    let second = try Sleeper(in: "\(cgroup.location)/below.it")
    #expect(try cgroup.isPopulated())
    #expect(try Set(cgroup.processes()) == [first.pid, second.pid])
    try cgroup.remove(until: deadline)
    #expect(!File.exists(cgroup.location))
    #expect(first.endedBy() == SIGKILL)
    #expect(second.endedBy() == SIGKILL)
  }

  @Test func aFrozenCgroupIsKilled() throws {
    let hierarchy = try CgroupHierarchy.find()
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    let sleeper = try Sleeper(in: cgroup.location)
    #expect(try !cgroup.isFrozen())
    try cgroup.freeze(until: deadline)
    #expect(try cgroup.isFrozen())
    #expect(try cgroup.value(of: "frozen", in: "cgroup.events") == 1)
    try cgroup.kill()
    try cgroup.waitUntilEmpty(until: deadline)
    #expect(sleeper.endedBy() == SIGKILL)
    try cgroup.remove(until: deadline)
  }

  @Test func aThawedCgroupGoesOn() throws {
    let hierarchy = try CgroupHierarchy.find()
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    let sleeper = try Sleeper(in: cgroup.location)
    try cgroup.freeze(until: deadline)
    try cgroup.thaw(until: deadline)
    #expect(try !cgroup.isFrozen())
    #expect(try cgroup.value(of: "frozen", in: "cgroup.events") == 0)
    try cgroup.remove(until: deadline)
    #expect(sleeper.endedBy() == SIGKILL)
  }

  @Test func waitingForTheEndOfALiveProcessEndsAtTheDeadline() throws {
    let hierarchy = try CgroupHierarchy.find()
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    let sleeper = try Sleeper(in: cgroup.location)
    let error = #expect(throws: RuntimeError.self) {
      try cgroup.waitUntilEmpty(until: .after(milliseconds: 20))
    }
    #expect(error?.kind == .timedOut)
    try cgroup.remove(until: deadline)
    #expect(sleeper.endedBy() == SIGKILL)
  }

  @Test func withoutARecordedIdentityAPopulatedCgroupIsLeftAlone() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = base.path("leaf")
    let location = hierarchy.mountPoint + path.description
    // As if the command had been killed before it had written its claim.
    let beside = try Cgroup.create(in: hierarchy, at: base.path("beside"), for: LimitPlan())
    try File.makeDirectory(location)
    let sleeper = try Sleeper(in: location)
    do {
      let found = try Cgroup.open(in: hierarchy, at: path, .claim("test", existed: false))
      guard let found else {
        Issue.record("the cgroup was not found")
        return
      }
      let isConfirmed = found.isConfirmed
      #expect(!isConfirmed)
      let killing = #expect(throws: RuntimeError.self) { try found.kill() }
      #expect(killing?.kind == .notOurs)
      let removing = #expect(throws: RuntimeError.self) { try found.remove(until: deadline) }
      #expect(removing?.kind == .notOurs)
      #expect(try found.processes() == [sleeper.pid])
    }
    let known = Cgroup.Knowledge.identity(try FileStatus(location).inode)
    let made = try Cgroup.open(in: hierarchy, at: path, known)
    try made?.kill()
    try made?.waitUntilEmpty(until: deadline)
    #expect(sleeper.endedBy() == SIGKILL)
    let emptied = try Cgroup.open(in: hierarchy, at: path, .claim("test", existed: false))
    try emptied?.remove(until: deadline)
    try beside.remove(until: deadline)
    #expect(!File.exists(location))
  }

  @Test func anotherCgroupInTheSamePlaceIsNotOpened() throws {
    let hierarchy = try CgroupHierarchy.find()
    let path = base.path("leaf")
    let first = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan())
    let identity = first.identity
    try first.remove(until: deadline)
    let second = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan())
    #expect(try Cgroup.open(in: hierarchy, at: path, .identity(identity)) == nil)
    #expect(try Cgroup.open(in: hierarchy, at: path, .identity(second.identity)) != nil)
    try second.remove(until: deadline)
    #expect(try Cgroup.open(in: hierarchy, at: path, .identity(identity)) == nil)
  }

  @Test func aCgroupThatIsGoneIsEmptyAndRemovingItAgainIsNoError() throws {
    let hierarchy = try CgroupHierarchy.find()
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    try cgroup.remove(until: deadline)
    #expect(try !cgroup.isPopulated())
    #expect(try cgroup.processes() == [])
    try cgroup.kill()
    try cgroup.waitUntilEmpty(until: deadline)
    try cgroup.remove(until: deadline)
  }

  @Test func manyAreMadeAndRemovedAtOnceBelowTheSameParent() throws {
    let parent = base.name
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 20) { number in
      for round in 0..<10 {
        do {
          let hierarchy = try CgroupHierarchy.find()
          let path = CgroupPath(components: [String(parent.dropFirst()), "\(number)-\(round)"])
          let cgroup = try Cgroup.create(in: hierarchy, at: path, for: LimitPlan())
          try cgroup.remove(until: .after(milliseconds: 10_000))
        } catch {
          failures.add("\(error)")
        }
      }
    }
    #expect(failures.all == [])
    let hierarchy = try CgroupHierarchy.find()
    #expect(!File.exists(hierarchy.mountPoint + parent))
  }

  @Test(arguments: [
    ([], "/dev/null", true), ([], "/dev/kmsg", false),
    ([DeviceRule(true, .character, 1, 11, .read)], "/dev/kmsg", true),
    ([DeviceRule(true, .character, 1, 11, .write)], "/dev/kmsg", false),
    ([DeviceRule(true, nil, nil, nil, .all)], "/dev/kmsg", true),
    (
      [DeviceRule(true, nil, nil, nil, .all), DeviceRule(false, .character, 1, 11, .all)],
      "/dev/kmsg", false
    ),
  ])
  func theKernelKeepsToTheDeviceRules(
    rules: [DeviceRule], device: String, isAllowed: Bool
  ) throws {
    let hierarchy = try CgroupHierarchy.find()
    let cgroup = try Cgroup.create(in: hierarchy, at: base.path("leaf"), for: LimitPlan())
    let state = TemporaryDirectory()
    try cgroup.attachDeviceProgram(rules, from: SharedDevicePrograms(notedOn: state.path))
    let shell = try Sleeper(in: cgroup.location, running: ": < \(device)")
    #expect(shell.goOn() == (isAllowed ? 0 : 2))
    try cgroup.remove(until: deadline)
  }
}

extension CgroupClaim {
  /// A claim; of those in the list the holders exist.
  static func test(_ text: String, mayTake: Bool = true, alive: [String] = []) -> CgroupClaim {
    CgroupClaim(text, mayTake: mayTake, isAlive: { alive.contains($0) }, holder: { "of \($0)" })
  }
}

extension Cgroup {
  /// Makes one that nobody else has a claim on.
  static func create(
    in hierarchy: borrowing CgroupHierarchy, at path: CgroupPath, for plan: LimitPlan
  ) throws(RuntimeError) -> Cgroup {
    try create(in: hierarchy, at: path, for: plan, as: .test("test", mayTake: false))
  }
}

/// What went wrong on several threads.
private final class Failures: Sendable {
  private let list = Mutex<[String]>([])

  var all: [String] { list.withLock { $0 } }

  func add(_ failure: String) {
    list.withLock { $0.append(failure) }
  }
}

/// Cgroups of one test in the real hierarchy.
final class RealCgroup: Sendable {
  /// The topmost of them.
  let name = "/runp-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"

  func path(_ below: String) -> CgroupPath {
    CgroupPath(components: "\(name)/\(below)".split(separator: "/").map(String.init))
  }

  /// Whether tests may make cgroups here, and these controllers are there.
  static func has(_ controllers: Controllers) -> Bool {
    guard isWritable, let hierarchy = try? CgroupHierarchy.find(),
      let available = try? hierarchy.controllers()
    else { return false }
    return available.isSuperset(of: controllers)
  }

  /// Whether tests may make cgroups here.
  static let isWritable: Bool = {
    guard let hierarchy = try? CgroupHierarchy.find() else { return false }
    let probe = hierarchy.mountPoint + RealCgroup().name
    guard unsafe mkdir(probe, 0o755) == 0 else { return false }
    return unsafe rmdir(probe) == 0
  }()
}

/// A process in a cgroup that waits until it is killed or told to go on.
final class Sleeper {
  private let process = Process()
  private let input = Foundation.Pipe()

  var pid: Int32 { process.processIdentifier }

  init(in location: String, running command: String = "exit") throws {
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "read line; \(command)"]
    process.standardInput = input
    process.standardError = FileHandle.nullDevice
    try process.run()
    try File.writeControl("\(pid)", to: "\(location)/cgroup.procs")
  }

  /// Lets it run its command, and returns its exit status.
  func goOn() -> Int32 {
    input.fileHandleForWriting.write(Data("\n".utf8))
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// The signal that ended it.
  func endedBy() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? process.terminationStatus : 0
  }
}
