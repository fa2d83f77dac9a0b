// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct PollTests {
  @Test func aDeadlineIsOverWhenItIs() {
    let past = Deadline.after(milliseconds: 0)
    #expect(past.hasPassed)
    #expect(past.millisecondsLeft == 0)
    let future = Deadline.after(milliseconds: 60_000)
    #expect(!future.hasPassed)
    #expect((59_000...60_000).contains(future.millisecondsLeft))
    #expect(Deadline.after(milliseconds: 1 << 40).millisecondsLeft == .max)
  }

  @Test func aDeadlineThatNoClockShowsIsNever() {
    for never in [Deadline.after(milliseconds: .max), .after(seconds: .max)] {
      #expect(!never.hasPassed)
      #expect(never.millisecondsLeft == .max)
    }
    #expect(Deadline.after(seconds: -1).hasPassed)
  }

  @Test func waitingEndsWithInputOrTheDeadline() throws {
    let pipe = Foundation.Pipe()
    let end = try File.open("/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    #expect(try !end.waitUntilReadable(until: .after(milliseconds: 1)))
    pipe.fileHandleForWriting.write(Data("x".utf8))
    #expect(try end.waitUntilReadable(until: .after(milliseconds: 10_000)))
  }
}
