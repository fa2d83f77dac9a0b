// SPDX-License-Identifier: Apache-2.0

import Container
import Kernel
import Testing

@testable import runp

@Suite struct ProcessTableTests {
  private static let full = """
    UID          PID    PPID  C STIME TTY          TIME CMD
    root           1       0  0 19:40 ?        00:00:01 /sbin/init 17
    root          17       1  0 19:40 ?        00:00:00 sleep 1
    averylongusername 170  1  0 19:40 ?        00:00:00 sleep 1

    """

  @Test func onlyTheRowsOfTheProcessesAreKept() throws {
    let table = try ProcessTable(Self.full)
    #expect(table.header.hasPrefix("UID "))
    #expect(try table.rows(of: [17]).map { $0.prefix(16) } == ["root          17"])
    #expect(try table.rows(of: [1, 170]).count == 2)
    #expect(try table.rows(of: []).isEmpty)
  }

  @Test func aColumnOfSeveralWordsBeforeTheIDDoesNotCount() throws {
    let table = try ProcessTable(
      """
                       STARTED     PID COMMAND
      Sat Nov 28 19:40:12 2026      28 init
      Sat Nov 28 19:41:12 2026    2026 sleep
      """)
    #expect(try table.rows(of: [28]) == ["Sat Nov 28 19:40:12 2026      28 init"])
    #expect(try table.rows(of: [2026]).count == 1)
  }

  @Test func aRepeatedHeaderIsNoProcess() throws {
    let table = try ProcessTable("  PID CMD\n    5 a\n  PID CMD\n    6 b\n")
    #expect(try table.rows(of: [5, 6]) == ["    5 a", "    6 b"])
  }

  @Test(arguments: ["", "UID TIME\n0 0\n", "MYPID\n1\n"])
  func withoutAColumnOfIDsThereIsNoTable(text: String) {
    let error = #expect(throws: RuntimeError.self) { try ProcessTable(text) }
    #expect(error?.description == "couldn't find PID field in ps output")
  }

  @Test func aRowWithoutAnIDIsNamed() throws {
    let table = try ProcessTable("PID CMD\nx y\n")
    let error = #expect(throws: RuntimeError.self) { try table.rows(of: [1]) }
    #expect(error?.description == "unable to parse pid in the ps output: x y")
  }
}
