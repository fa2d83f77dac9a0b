// SPDX-License-Identifier: Apache-2.0

import Kernel
import Testing

@Suite struct SignalNamesTests {
  @Test(
    arguments: [
      ("SIGTERM", 15), ("term", 15), ("15", 15), ("SIGHUP", 1), ("SIGSYS", 31), ("POLL", 29),
      ("RTMIN", 34), ("SIGRTMIN+3", 37), ("RTMAX", 64), ("RTMAX-2", 62), ("64", 64),
    ] as [(String, Int32)])
  func aSignalHasItsNumber(_ name: String, _ number: Int32) {
    #expect(SignalNames.number(of: name) == number)
  }

  @Test(arguments: [
    "", "SIG", "NONE", "0", "65", "-9", "RTMIN+31", "RTMAX+1", "RTMINX", "SIG9", "+9", "RTMIN++1",
    "RTMIN+99999999999",
  ])
  func whatIsNoSignalHasNone(_ name: String) {
    #expect(SignalNames.number(of: name) == nil)
  }
}
