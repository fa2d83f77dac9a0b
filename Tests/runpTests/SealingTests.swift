// SPDX-License-Identifier: Apache-2.0

import CStart
import Glibc
import Testing

@testable import runp

@Suite struct SealingTests {
  /// The command line is looked at before Swift can read its own table.
  @Test(arguments: CommandTable.all.map { ($0.name, $0.entersContainers) })
  func whatEntersContainersIsSealed(_ name: String, _ enters: Bool) {
    #expect(isSealed("runp", name) == enters)
    #expect(isSealed("runp", "--root", "/run/other", name, "--pid-file", "pid", "c1") == enters)
  }

  @Test(arguments: ["features", "--help", ""])
  func whatDoesNotIsNot(_ word: String) {
    #expect(!isSealed("runp", word))
  }

  private func isSealed(_ words: String...) -> Bool {
    let line = words.flatMap { $0.split(separator: " ", omittingEmptySubsequences: false) }
    let pointers = unsafe line.map { unsafe strdup(String($0)) }
    defer { for index in line.indices { unsafe free(pointers[index]) } }
    return unsafe cstart_enters(pointers.count, pointers)
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
