// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

@Suite struct GoDurationTests {
  @Test(
    arguments: [
      ("5s", 5000), ("100ms", 100), ("1m30s", 90_000), ("1.5h", 5_400_000), ("+2s", 2000),
      ("1us", 1), ("1500µs", 2), ("1ns", 1), (".5s", 500), ("1.s", 1000), ("10s", 10_000),
    ] as [(String, UInt64)])
  func aSpanIsRead(text: String, milliseconds: UInt64) {
    #expect(GoDuration.milliseconds(text) == milliseconds)
  }

  @Test(arguments: [
    "", "0", "0s", "-1s", "5", "s", "1x", "1..5s", ".s", "1s ", " 1s", "1e3s", "nan", "1d",
    "99999999999999999999h",
  ])
  func whatIsNoneOrDoesNotLastIsRefused(text: String) {
    #expect(GoDuration.milliseconds(text) == nil)
  }
}
