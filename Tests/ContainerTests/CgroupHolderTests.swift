// SPDX-License-Identifier: Apache-2.0

import Kernel
import Support
import Testing

@testable import Container

@Suite struct CgroupHolderTests {
  private let root = TemporaryDirectory()

  private func write(_ state: String) throws {
    try File.makeDirectories("\(root.path)/c 1")
    try File.replace("\(root.path)/c 1/state.json", with: Array(state.utf8))
  }

  private var claim: String {
    CgroupHolder(directory: "\(root.path)/c 1", created: "2026-11-28T00:00:00.5Z").claim
  }

  @Test func aHolderExistsForAsLongAsItsState() throws {
    let claim = claim
    #expect(!CgroupHolder.exists(claim))
    try write(#"{"created": "2026-11-28T00:00:00.5Z"}"#)
    #expect(CgroupHolder.exists(claim))
    #expect(CgroupHolder.name(claim) == "\(root.path)/c 1")
  }

  @Test func aLaterOneOfTheSameIDIsAnother() throws {
    try write(#"{"created": "2026-11-28T00:00:00.6Z"}"#)
    #expect(!CgroupHolder.exists(claim))
  }

  @Test(arguments: ["", "{", "[]", #"{"created": 1}"#])
  func whatCannotBeReadIsTakenToBeThere(state: String) throws {
    try write(state)
    #expect(CgroupHolder.exists(claim))
  }

  @Test(arguments: ["", "words", "/run/runp/c1"])
  func aClaimOfAnotherFormIsSomebodys(text: String) {
    #expect(CgroupHolder.exists(text))
    #expect(CgroupHolder.name(text) == text)
  }

  @Test func aStateDirectoryThatIsNoneIsGone() throws {
    try File.replace("\(root.path)/file", with: [])
    #expect(!CgroupHolder.exists("now \(root.path)/file"))
  }
}
