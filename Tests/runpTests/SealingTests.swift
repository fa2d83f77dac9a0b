// SPDX-License-Identifier: Apache-2.0

import CStart
import Testing

@testable import runp

@Suite struct SealingTests {
  /// The command line is looked at before Swift can read its own table.
  @Test(arguments: CommandTable.all.filter { $0.entersContainers }.map { $0.name })
  func whatEntersContainersIsSealed(_ name: String) {
    #expect(name.split(separator: " ").contains { unsafe cstart_enters(String($0)) })
  }

  @Test(arguments: ["state", "list", "kill", "delete", "features", "spec", "--help"])
  func whatDoesNotIsNot(_ word: String) {
    #expect(unsafe !cstart_enters(word))
  }

  /// What makes processes in containers, by what it is called.
  @Test func commandsThatMakeProcessesEnterContainers() {
    let entering = Set(CommandTable.all.filter { $0.entersContainers }.map { $0.name })
    #expect(
      entering == [
        "create", "run", "exec", "pod create", "pod run", "pod start",
      ])
  }
}
