// SPDX-License-Identifier: Apache-2.0

import Kernel
import Support
import Testing

@Suite struct SafePathTests {
  private let directory = TemporaryDirectory()

  private func root() throws -> Descriptor {
    try File.makeDirectories("\(directory.path)/root/etc")
    return try File.open("\(directory.path)/root", [.path, .directory])
  }

  @Test func absoluteLinkStaysInside() throws {
    let root = try root()
    try File.makeLink("evil", to: "/tmp", at: root)
    do {
      _ = try SafePath.open("evil/x", in: root)
      Issue.record("it was found outside")
    } catch {
      #expect(error.errno == 2)
    }
  }

  @Test func directoriesAreMadeThroughLinksInside() throws {
    let root = try root()
    try File.makeLink("link", to: "/etc", at: root)
    let made = try SafePath.makeDirectories("link/a/b", in: root)
    #expect(try FileStatus(of: made).kind == .directory)
    #expect(File.exists("\(directory.path)/root/etc/a/b"))
  }

  @Test func climbingEndsAtTheRoot() throws {
    let root = try root()
    let found = try SafePath.open("../../../etc", in: root)
    #expect(try FileStatus(of: found).isSameFile(as: FileStatus("\(directory.path)/root/etc")))
  }

  @Test func danglingLinkIsCompletedInside() throws {
    let root = try root()
    try File.makeLink("out", to: "\(directory.path)/outside", at: root)
    try File.makeLink("etc/resolv.conf", to: "../run/resolve/stub", at: root)
    _ = try SafePath.makeFile("out", in: root)
    let file = try SafePath.makeFile("etc/resolv.conf", in: root)
    #expect(!File.exists("\(directory.path)/outside"))
    #expect(File.exists("\(directory.path)/root\(directory.path)/outside"))
    #expect(
      try FileStatus(of: file).isSameFile(as: FileStatus("\(directory.path)/root/run/resolve/stub"))
    )
  }

  @Test func linkToItselfEnds() throws {
    let root = try root()
    try File.makeLink("loop", to: "loop", at: root)
    #expect(throws: RuntimeError.self) { _ = try SafePath.makeFile("loop", in: root) }
    #expect(throws: RuntimeError.self) { _ = try SafePath.makeDirectories("loop/x", in: root) }
  }

  @Test func targetFileIsMadeWithItsDirectories() throws {
    let root = try root()
    let file = try SafePath.makeFile("run/x/resolv.conf", in: root)
    let status = try FileStatus(of: file)
    #expect(status.kind == .regular)
    #expect(status.permissions & 0o111 == 0)
  }

  @Test(arguments: [
    ("/dev/null", "dev", "null"), ("a/./b/", "a", "b"), ("/", "", ""), ("x", "", "x"),
  ])
  func pathIsSplit(path: String, parent: String, name: String) {
    #expect(SafePath.split(path) == (parent, name))
  }

  @Test func noLinkIsFollowedWhereNoneMayBe() throws {
    let root = try root()
    try File.makeLink("link", to: "/etc", at: root)
    try File.makeLink("dangling", to: "etc/made", at: root)
    for path in ["link/a", "dangling", "dangling/a"] {
      #expect(throws: RuntimeError.self) {
        _ = try SafePath.makeDirectories(path, in: root, resolve: .withoutLinks)
      }
    }
    #expect(throws: RuntimeError.self) {
      _ = try SafePath.makeFile("dangling", in: root, resolve: .withoutLinks)
    }
    #expect(!File.exists("\(directory.path)/root/etc/made"))
    #expect(!File.exists("\(directory.path)/root/etc/a"))
  }

  @Test(
    arguments: [
      ("/dev/null", "/dev", "null"), ("/dev/a/b", "/dev", "a/b"), ("/dev", "/dev", nil),
      ("/devices", "/dev", nil), ("/a/b", "/", "a/b"), ("/é/b", "/é", "b"),
    ] as [(String, String, String?)])
  func restIsBelow(path: String, directory: String, rest: String?) {
    #expect(SafePath.rest(of: path, below: directory) == rest)
  }
}

@Suite struct FileTests {
  private let directory = TemporaryDirectory()

  @Test func replacingLeavesNoOtherName() throws {
    let anchor = try File.open(directory.path, .directory)
    try File.replace("state", with: Array("one".utf8), at: anchor)
    try File.replace("state", with: Array("two".utf8), at: anchor)
    #expect(try File.readText("state", at: anchor) == "two")
    #expect(try Directory.names(anchor).map(\.text) == ["state"])
  }

  @Test func smallAndLargeFilesAreReadWhole() throws {
    for size in [0, 1, 4095, 4096, 4097, 70_000] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      try File.replace("\(directory.path)/f", with: bytes)
      #expect(try File.read("\(directory.path)/f") == bytes)
      #expect(try File.readSmall("\(directory.path)/f") == bytes)
    }
    #expect(throws: RuntimeError(call: "read", errno: 27, subject: nil)) {
      _ = try File.readAll(try File.open("\(directory.path)/f"), limit: 100)
    }
  }

  @Test func treeIsRemovedWithoutFollowingLinks() throws {
    let anchor = try File.open(directory.path, .directory)
    try File.makeDirectories("\(directory.path)/kept")
    try File.replace("\(directory.path)/kept/file", with: [1])
    try File.makeDirectories("\(directory.path)/gone/below")
    try File.makeLink("\(directory.path)/gone/below/link", to: "\(directory.path)/kept")
    try Directory.removeTree(FileName("gone"), at: anchor)
    try Directory.removeTree(FileName("never there"), at: anchor)
    #expect(try Directory.names(anchor).map(\.text) == ["kept"])
    #expect(File.exists("\(directory.path)/kept/file"))
  }

  @Test func timestampsAreRFC3339() {
    let moment = Timestamp(seconds: 1_795_244_199, nanoseconds: 42)
    #expect(moment.description == "2026-11-21T06:56:39Z")
    #expect(moment.precise == "2026-11-21T06:56:39.000000042Z")
  }
}
