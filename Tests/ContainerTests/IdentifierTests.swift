// SPDX-License-Identifier: Apache-2.0

import Container
import Testing

@Suite struct IdentifierTests {
  @Test(arguments: ["a", "A+b_c-d.e", "x..json", "podsx", "-", String(repeating: "x", count: 255)])
  func anIDIsAName(_ id: String) {
    #expect(Identifier.isName(id))
    #expect(Identifier.isID(id))
  }

  @Test(arguments: ["", ".", "..", "a/b", "a b", "ä", "a\n", String(repeating: "x", count: 256)])
  func otherTextIsNoName(_ name: String) {
    #expect(!Identifier.isName(name))
    #expect(!Identifier.isID(name))
  }

  @Test(arguments: [".a", ".cache", "pods"])
  func aNameOfTheRuntimesOwnIsNoID(_ name: String) {
    #expect(Identifier.isName(name))
    #expect(!Identifier.isID(name))
  }
}
