// SPDX-License-Identifier: Apache-2.0

import Kernel
import Testing

@testable import Cgroups

@Suite struct CgroupPathTests {
  private static let own = CgroupPath(components: ["user.slice", "session"])

  @Test(
    arguments: [
      (nil, "/runp/c1"), ("", "/runp/c1"), ("/a/b", "/a/b"), ("a/b", "/a/b"), ("//a//b/", "/a/b"),
      ("/a:b:c", "/a:b:c"), ("a:b:c/d", "/a:b:c/d"), ("a:b", "/a:b"), ("/...", "/..."),
      ("/./a/.", "/a"), ("./a", "/a"),
    ] as [(String?, String)])
  func aPathIsBelowTheRoot(cgroupsPath: String?, expected: String) throws {
    #expect(try CgroupPath(cgroupsPath: cgroupsPath, id: "c1").description == expected)
  }

  @Test(
    arguments: [
      (nil, "/user.slice/session/runp/c1"), ("", "/user.slice/session/runp/c1"), ("/a/b", "/a/b"),
      ("a/b", "/user.slice/session/a/b"),
    ] as [(String?, String)])
  func aRelativePathIsBelowTheBase(cgroupsPath: String?, expected: String) throws {
    let path = try CgroupPath(cgroupsPath: cgroupsPath, id: "c1", below: Self.own)
    #expect(path.description == expected)
  }

  @Test(arguments: [
    ("/", "root of the hierarchy"), ("///", "root of the hierarchy"),
    ("..", "component .."), ("/a/../b", "component .."), ("../a", "component .."),
    ("/a/..", "component .."), (".", "the root"), ("/./", "the root"),
    ("system.slice:runp:c1", "--systemd-cgroup"), (":runp:c1", "--systemd-cgroup"),
    ("/a\nb", "can be named"), ("/a\0b", "can be named"),
    ("/" + String(repeating: "x", count: 256), "can be named"),
  ])
  func aPathThatEscapesOrCannotBeIsRefused(cgroupsPath: String, reason: String) {
    let error = #expect(throws: RuntimeError.self) {
      try CgroupPath(cgroupsPath: cgroupsPath, id: "c1")
    }
    #expect(error?.kind == .invalidSpec)
    #expect(error?.description.hasPrefix("linux.cgroupsPath: ") == true)
    #expect(error?.description.contains(reason) == true)
  }

  @Test func aMemberIsALeafOfItsPod() throws {
    let pod = try CgroupPath(cgroupsPath: "/runp/web", id: "web")
    let member = pod.appending("proxy")
    #expect(member.description == "/runp/web/proxy")
    #expect(member.parent == pod)
    #expect(member.isBelow(pod))
    #expect(!pod.isBelow(pod))
    #expect(!CgroupPath(components: ["runp", "web-proxy"]).isBelow(pod))
  }

  @Test func aRecordedPathIsReadBack() throws {
    let path = try CgroupPath(cgroupsPath: "/a/b", id: "c1")
    #expect(CgroupPath(recorded: path.description) == path)
    for text in ["", "/", "a", "/a/../b", "/./a"] {
      #expect(CgroupPath(recorded: text) == nil)
    }
  }
}
