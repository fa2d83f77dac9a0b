// SPDX-License-Identifier: Apache-2.0

import Container
import Kernel
import Testing

@testable import runp

@Suite struct SignalNameTests {
  @Test(arguments: [
    ("KILL", 9), ("SIGKILL", 9), ("kill", 9), ("SigKill", 9), ("9", 9), ("0", 0), ("64", 64),
    ("TERM", 15), ("HUP", 1), ("SYS", 31), ("WINCH", 28), ("CHLD", 17), ("USR2", 12),
    ("IOT", 6), ("POLL", 29), ("CLD", 17),
    ("RTMIN", 34), ("SIGRTMIN+1", 35), ("rtmin+30", 64), ("RTMAX", 64), ("RTMAX-14", 50),
  ])
  func nameHasANumber(name: String, number: Int32) throws {
    #expect(try SignalName.number(of: name) == number)
  }

  @Test(arguments: [
    "", "SIG", "SIGSIGKILL", "KILLED", "65", "-9", "+9", "9x", " 9", "0x9", "RTMIN-1", "RTMIN+31",
    "RTMAX+1", "RTMIN+", "RTMAX-31", "4294967305",
  ])
  func anythingElseIsUnknown(name: String) {
    do throws(RuntimeError) {
      _ = try SignalName.number(of: name)
      Issue.record("\(name) was taken for a signal")
    } catch {
      #expect(error.description == "unknown signal \"\(name)\"")
    }
  }
}
