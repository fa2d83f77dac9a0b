// SPDX-License-Identifier: Apache-2.0

import Kernel
import Testing

@testable import Cgroups

@Suite struct UnitNameTests {
  @Test(arguments: [
    (":runp:c1", "runp-c1.scope", ["system.slice", "runp-c1.scope"]),
    ("a.slice:pre:c1", "pre-c1.scope", ["a.slice", "pre-c1.scope"]),
    ("a-b-c.slice::c1", "c1.scope", ["a.slice", "a-b.slice", "a-b-c.slice", "c1.scope"]),
    ("-.slice:p:c1", "p-c1.scope", ["p-c1.scope"]),
  ])
  func aContainerIsAScopeInASlice(_ path: String, _ unit: String, _ places: [String]) throws {
    let name = try UnitName(scope: path, id: "id", isUser: false)
    #expect(name.unit == unit)
    #expect(try name.components() == places)
  }

  @Test func withoutAPathTheIDNamesTheScope() throws {
    #expect(try UnitName(scope: nil, id: "c1", isUser: false).unit == "runp-c1.scope")
    let users = try UnitName(scope: nil, id: "c1", isUser: true)
    #expect(users.slice == "user.slice")
  }

  @Test(arguments: [
    ("/a/b", "slice:prefix:name"), ("a:b", "slice:prefix:name"), ("a:b:c", ".slice"),
    ("a--b.slice:p:c", "dash"), ("-a.slice:p:c", "dash"), ("a-.slice:p:c", "dash"),
    ("a/b.slice:p:c", "cannot name"), ("a.slice:p:", "no unit"), ("a.slice:p:x y", "cannot name"),
    ("a.slice:p:b.slice", "no process"),
  ])
  func whatIsNoUnitIsRefused(_ path: String, _ reason: String) {
    #expect {
      try UnitName(scope: path, id: "id", isUser: false)
    } throws: { error in
      let text = "\(error)"
      return text.hasPrefix("linux.cgroupsPath: ") && text.contains(reason)
    }
  }

  @Test func aPodIsASliceThatNestsInNoOther() throws {
    #expect(try UnitName(pod: "a").components() == ["runp.slice", "runp-a.slice"])
    #expect(try UnitName(pod: "a-b").components() == ["runp.slice", #"runp-a\x2db.slice"#])
    #expect(UnitName(pod: ".x+y").unit == #"runp-\x2ex\x2by.slice"#)
  }

  @Test func aPodMayNameItsSlice() throws {
    let name = try UnitName(slice: "kube-pods.slice")
    #expect(name.slice == "kube.slice")
    #expect(try name.components() == ["kube.slice", "kube-pods.slice"])
    #expect(throws: RuntimeError.self) { try UnitName(slice: "-.slice") }
    #expect(throws: RuntimeError.self) { try UnitName(slice: "x") }
  }
}
