// SPDX-License-Identifier: Apache-2.0

import Cgroups
import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct ContainerRecordTests {
  private func record() -> ContainerRecord {
    var record = ContainerRecord(
      id: "c1", bundle: "/b", rootfs: "/b/rootfs", created: "2026-11-21T00:00:00.000000000Z",
      owner: 7, creator: .init(pid: 12, startTime: 99), pod: "p", annotations: ["a.b": "c"])
    record.initProcess = .init(pid: 13, startTime: 100)
    record.cgroup = .init(path: "/runp/c1", .identity(4711))
    record.namespaces = .init(made: [.network], joined: [.pid])
    record.mountsOutlive = true
    record.mountBelow = 31
    record.configuration.hasProcess = true
    record.configuration.poststart = [Hook(path: "/a", args: ["a", "b"], env: [], timeout: 3)]
    record.configuration.poststop = [Hook(path: "/c")]
    record.configuration.agent = SeccompAgent(
      LinuxSeccomp(defaultAction: .allow, listenerPath: "/s", listenerMetadata: "m"))
    return record
  }

  @Test func survivesTheDisk() throws {
    let bytes = record().json.bytes()
    #expect(try ContainerRecord(json: JSONNode(JSONValue(parsing: bytes))) == record())
  }

  @Test(
    arguments: [
      (3, "3 is of a newer runp, this one knows 2"), (1, "1 is of an older runp, this one knows 2"),
      (-1, "-1 is of an older runp, this one knows 2"), ("2", "\"2\" is not an integer"),
      (nil, "required, but missing"),
    ] as [(JSONValue?, String)])
  func anotherVersionIsRefusedByName(version: JSONValue?, reason: String) throws {
    guard case .object(var document) = record().json else { return }
    document["version"] = version
    #expect(throws: SpecError(path: "version", reason: reason)) {
      try ContainerRecord(json: JSONNode(.object(document)))
    }
  }

  @Test func absentPartsStayAbsent() throws {
    var small = record()
    small.creator = nil
    small.initProcess = nil
    small.cgroup = nil
    small.pod = nil
    small.annotations = [:]
    let read = try ContainerRecord(json: JSONNode(JSONValue(parsing: small.json.bytes())))
    #expect(read == small)
  }

  @Test(arguments: [false, true])
  func aCgroupThatIsOnlyPlannedSurvivesTheDisk(existed: Bool) throws {
    var planned = record()
    planned.cgroup = .init(path: "/runp/c1", .claim("then /run/runp/c1", existed: existed))
    let bytes = planned.json.bytes()
    #expect(try ContainerRecord(json: JSONNode(JSONValue(parsing: bytes))) == planned)
  }

  @Test func aProcessOfAnotherStartTimeIsNotAlive() {
    #expect(ProcessRecord.own.isAlive)
    let own = ProcessRecord.own
    #expect(!ProcessRecord(pid: own.pid, startTime: own.startTime + 1).isAlive)
    #expect(!ProcessRecord(pid: 0x7fff_fff0, startTime: 1).isAlive)
  }
}

@Suite struct StateStoreTests {
  private let root = TemporaryDirectory()

  private func record(_ id: String) -> ContainerRecord {
    ContainerRecord(
      id: id, bundle: "/b", rootfs: "/b/r", created: "now", owner: 0, creator: .own, pod: nil,
      annotations: [:])
  }

  private func identifiers(in store: StateStore) throws -> [String] {
    guard let listing = try store.list() else { return [] }
    return listing.identifiers
  }

  @Test(arguments: [0o711, 0o1700] as [UInt32])
  func rootIsMadeAsAsked(mode: UInt32) throws {
    let path = "\(root.path)/\(mode)"
    let directory = try StateStore(root: path, rootMode: mode).reserve("c1")
    #expect(try FileStatus(path).permissions == mode)
    try directory.remove()
  }

  @Test func reservedIDIsTaken() throws {
    let store = StateStore(root: "\(root.path)/below/root")
    let directory = try store.reserve("c1")
    try directory.write(record("c1"))
    #expect(try identifiers(in: store) == ["c1"])
    do {
      _ = try store.reserve("c1")
      Issue.record("it was reserved twice")
    } catch {
      #expect(error.kind == .alreadyExists)
      #expect(error.description.contains("container with given ID already exists"))
    }
    try directory.remove()
    #expect(try identifiers(in: store).isEmpty)
    let isGone = try directory.isGone()
    #expect(isGone)
  }

  @Test func unknownIDDoesNotExist() {
    do {
      _ = try StateStore(root: root.path).open("nobody")
      Issue.record("it was opened")
    } catch {
      #expect(error.kind == .notFound)
      #expect(error.description.contains("does not exist"))
    }
  }

  @Test func directoryWithoutAStateHasNone() throws {
    let directory = try StateStore(root: root.path).reserve("c2")
    let record = try directory.read()
    #expect(record == nil)
  }

  @Test func lockIsHeldByOne() throws {
    let store = StateStore(root: root.path)
    let first = try store.reserve("c3")
    let second = try store.open("c3")
    let whileHeld = try second.tryLock()
    #expect(!whileHeld)
    first.unlock()
    let afterwards = try second.tryLock()
    #expect(afterwards)
  }

  @Test func cacheAndPodsAreNoContainers() throws {
    for name in ["pods", ".cache", "c4"] { try File.makeDirectories("\(root.path)/\(name)") }
    #expect(try identifiers(in: StateStore(root: root.path)) == ["c4"])
  }

  @Test(arguments: ["", ".", "..", ".cache", "pods", "pods/web", "/"])
  func noContainerHasANameOfTheRuntimesOwn(_ id: String) throws {
    try File.makeDirectories("\(root.path)/pods/web")
    let store = StateStore(root: root.path)
    #expect(kind { _ = try store.open(id) } == .notFound)
    #expect(kind { _ = try store.reserve(id) } == .invalidSpec)
    #expect(try Directory.names(try File.open(root.path, .directory)).map(\.text) == ["pods"])
  }

  private func kind(_ body: () throws -> Void) -> RuntimeError.Kind? {
    #expect(throws: RuntimeError.self) { try body() }?.kind
  }
}

@Suite struct SyncChannelTests {
  @Test func failureKeepsItsKindAndWords() throws {
    let (runtime, container) = try SyncChannel.pair()
    try container.send(.failed(RuntimeError(.invalidSpec, "x").adding("mount")))
    guard case .failed(let error) = try runtime.receive() else {
      Issue.record("no failure")
      return
    }
    #expect(error.kind == .invalidSpec)
    #expect(error.description == "mount: x")
  }

  @Test func endOfTheOtherSideIsSeen() throws {
    let (runtime, container) = try SyncChannel.pair()
    container.close()
    guard case .closed = try runtime.receive() else {
      Issue.record("not closed")
      return
    }
    let (other, waiting) = try SyncChannel.pair()
    other.close()
    #expect(throws: RuntimeError.self) { try waiting.waitForGo() }
  }

  @Test func numbersAndDescriptorsArrive() throws {
    let (runtime, container) = try SyncChannel.pair()
    try container.send(.listener(DescriptorNumber(70_000)))
    try container.send(.console(Shared(try File.open("/dev/null"))))
    guard case .listener(let number) = try runtime.receive(),
      case .console(let main) = try runtime.receive()
    else {
      Issue.record("not what was sent")
      return
    }
    #expect(number == DescriptorNumber(70_000))
    #expect(try FileStatus(of: main.value).device == (1, 3))
  }
}
