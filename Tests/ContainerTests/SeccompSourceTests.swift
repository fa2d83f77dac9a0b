// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct SeccompSourceTests {
  private let directory = TemporaryDirectory()
  private var cache: SeccompCache { SeccompCache(root: directory.path, version: "1") }

  private static let filter = """
    {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
     "syscalls": [{"names": ["chdir"], "action": "SCMP_ACT_ALLOW"}]}
    """

  private func config(_ filter: String = filter, annotations: String = "{}") -> [UInt8] {
    Array(
      #"{"ociVersion": "1.0.2", "annotations": \#(annotations), "linux": {"seccomp": \#(filter)}}"#
        .utf8)
  }

  private func read(_ bytes: [UInt8]) throws -> ReadSpec { try SeccompSource.read(bytes, cache) }

  private func program(_ read: ReadSpec) throws -> SeccompProgram? {
    try read.filter.program(for: read.spec.linux?.seccomp)
  }

  @Test func aFilterIsReadOnceAndThenKnown() throws {
    let first = try read(config())
    #expect(first.spec.linux?.seccomp?.defaultAction == .errno)
    let compiled = try #require(try program(first))
    let second = try read(config())
    #expect(second.spec.linux != nil && second.spec.linux?.seccomp == nil)
    #expect(try program(second) == compiled)
    #expect(try JSONValue(parsing: second.document.bytes()) == first.document)
  }

  @Test func anotherFilterIsAnotherProgram() throws {
    let first = try program(read(config()))
    let other = try read(config(Self.filter.replacing("chdir", with: "mkdir")))
    #expect(try other.spec.linux?.seccomp != nil && program(other) != first)
  }

  @Test func aListenerInAnAnnotationIsSeen() throws {
    _ = try program(read(config()))
    let read = try read(config(annotations: #"{"run.oci.seccomp.receiver": "/run/agent"}"#))
    #expect(read.spec.linux?.seccomp?.listenerPath == "/run/agent")
    #expect(try program(read) != nil)
  }

  @Test func aChangeElsewhereLeavesTheFilter() throws {
    let compiled = try program(read(config()))
    let read = try read(config())
    var changed = read.document
    changed["hostname"] = "h"
    let same = read.filter.amended(from: read.document, to: changed)
    #expect(try same.program(for: nil) == compiled)
    changed[object: "linux"]["seccomp"] = nil
    let gone = read.filter.amended(from: read.document, to: changed)
    #expect(try gone.program(for: nil) == nil)
  }

  @Test func aFilterThatIsNotTheContainersIsNotTakenForIt() throws {
    // Keys with escapes are seen by the whole reader alone.
    let decoy = Array(
      #"{"ociVersion": "1.0.2", "linux": {"se\u0063comp": \#(Self.filter)}}"#.utf8)
    let compiled = try #require(try program(read(decoy)))
    #expect(try program(read(decoy)) == compiled)
    #expect(try read(decoy).spec.linux?.seccomp != nil)
  }
}
