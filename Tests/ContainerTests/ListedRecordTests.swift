// SPDX-License-Identifier: Apache-2.0

import Cgroups
import JSON
import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct ListedRecordTests {
  private func record() -> ContainerRecord {
    var record = ContainerRecord(
      id: "c1", bundle: "/b", rootfs: "/b/rootfs", created: "2026-11-21T00:00:00.000000000Z",
      owner: 7, creator: .init(pid: 12, startTime: 99), pod: "p",
      annotations: ["a.b": "c", "d": "{}"])
    record.creator = nil
    record.initProcess = .init(pid: 13, startTime: 100)
    record.cgroup = .init(path: "/runp/c1", .identity(4711))
    record.namespaces = .init(made: [.network], joined: [.pid])
    record.configuration.hasProcess = true
    record.configuration.poststop = [
      Hook(path: "/c", args: ["c", "]}"], env: ["A=b"], timeout: 5), Hook(path: "/d"),
    ]
    return record
  }

  /// What the decoder has of a document, as far as a list shows it.
  private func isSame(_ listed: ListedRecord, _ record: ContainerRecord) -> Bool {
    listed.id == record.id && listed.bundle == record.bundle && listed.rootfs == record.rootfs
      && listed.created == record.created && listed.owner == record.owner
      && record.creator == nil && listed.initProcess == record.initProcess
      && listed.cgroup?.path == record.cgroup?.path
      && listed.cgroup?.knowledge == record.cgroup?.knowledge && listed.pod == record.pod
      && listed.annotations == record.annotations
  }

  private func expectSame(_ record: ContainerRecord) throws {
    let listed = try #require(ListedRecord(record.json.bytes(), withAnnotations: true))
    #expect(isSame(listed, record))
  }

  @Test func isReadAsTheDecoderReadsIt() throws {
    try expectSame(record())
    var other = record()
    other.pod = nil
    try expectSame(other)
    other.mountsOutlive = true
    other.mountBelow = .max
    other.keepsKeyring = true
    try expectSame(other)
    other.cgroup = nil
    other.annotations = [:]
    try expectSame(other)
    other.cgroup = .init(
      path: "/a", .identity(1), unit: UnitRecord(name: "u.scope", claim: "x", isUser: false))
    try expectSame(other)
    other.configuration.poststart = [Hook(path: "/e", env: [])]
    other.configuration.agent = agent(metadata: nil)
    try expectSame(other)
    other.configuration.agent = agent(metadata: "m")
    try expectSame(other)
  }

  private func agent(metadata: String?) -> SeccompAgent? {
    var profile = LinuxSeccomp(defaultAction: .allow)
    profile.listenerPath = "/s"
    profile.listenerMetadata = metadata
    return SeccompAgent(profile)
  }

  @Test func annotationsThatNobodyWantsAreNotRead() throws {
    let listed = try #require(ListedRecord(record().json.bytes(), withAnnotations: false))
    #expect(listed.annotations.isEmpty)
    #expect(listed.pod == "p")
  }

  @Test func whatIsNotCompleteOrPlainIsLeftToTheDecoder() {
    var others: [ContainerRecord] = []
    for bundle in ["/\u{e9}", "/\"", "/\\", "/\n", "/\u{7f}"] {
      others.append(record())
      others[others.count - 1].bundle = bundle
    }
    var other = record()
    other.creator = .init(pid: 1, startTime: 2)
    others.append(other)
    other = record()
    other.initProcess = nil
    others.append(other)
    other = record()
    other.cgroup = .init(path: "/a", .claim("x", existed: false))
    others.append(other)
    for argument in ["\u{e9}", "\"", "\\"] {
      other = record()
      other.configuration.poststart = [Hook(path: "/c", args: [argument])]
      others.append(other)
    }
    for other in others {
      #expect(ListedRecord(other.json.bytes(), withAnnotations: true) == nil)
    }
  }

  @Test func aDamagedDocumentIsNeverReadInAnotherWay() throws {
    let whole = record().json.bytes()
    for end in whole.indices {
      #expect(ListedRecord(Array(whole[..<end]), withAnnotations: true) == nil)
    }
    for index in whole.indices {
      for byte in Array("\"\\{}[]:,0 9aé\u{0}".utf8) {
        var bytes = whole
        bytes[index] = byte
        guard let listed = ListedRecord(bytes, withAnnotations: true) else { continue }
        // What the decoder would refuse is not read, wherever it stands.
        let record = try ContainerRecord(json: JSONNode(JSONValue(parsing: bytes)))
        #expect(isSame(listed, record), "byte \(index)")
      }
    }
    let twice = #"{"a":"b","a":"c"}"#
    let text = String(decoding: whole, as: UTF8.self)
    let doubled = text.replacing(#"{"a.b":"c","d":"{}"}"#, with: twice)
    #expect(doubled != text)
    for withAnnotations in [false, true] {
      #expect(ListedRecord(Array(doubled.utf8), withAnnotations: withAnnotations) == nil)
    }
  }
}
