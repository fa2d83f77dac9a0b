// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Kernel
import Testing

@testable import Container

@Suite struct ErrorMessageTests {
  private static let errors = [
    RuntimeError(call: "setns", errno: EINVAL, subject: "/proc/1/ns/pid").adding("join"),
    RuntimeError(call: "setsid", errno: EPERM),
    RuntimeError(SpecError(path: "process.cwd", reason: "missing")).adding("read").adding("create"),
    RuntimeError(.wrongState, "container not running"),
    RuntimeError(.failed, "").adding("ü").adding(""),
  ]

  @Test(arguments: errors)
  func errorsComeOutAsTheyWent(error: RuntimeError) throws {
    let copy = try #require(ErrorMessage.decode(ErrorMessage.encode(error)[...]))
    #expect(copy == error)
  }

  @Test(arguments: RuntimeError.Kind.allCases)
  func kindsStay(kind: RuntimeError.Kind) {
    let error = RuntimeError(call: "waitid", errno: ECHILD).as(kind)
    #expect(ErrorMessage.decode(ErrorMessage.encode(error)[...])?.kind == kind)
  }

  @Test func longTextsAreCutBetweenCharacters() throws {
    var error = RuntimeError(.failed, "x" + String(repeating: "ü", count: 20_000))
    for _ in 0..<40 { error = error.adding(String(repeating: "ü", count: 2000)) }
    let bytes = ErrorMessage.encode(error)
    #expect(bytes.count < ErrorMessage.limit)
    let copy = try #require(ErrorMessage.decode(bytes[...]))
    #expect(copy.description.hasSuffix("ü"))
    #expect(!copy.description.contains("\u{FFFD}"))
  }

  @Test func whatIsNoErrorIsNone() {
    let whole = ErrorMessage.encode(Self.errors[0])
    for count in 0..<8 { #expect(ErrorMessage.decode(whole.prefix(count)) == nil) }
    for index in whole.indices {
      for value: UInt8 in [0, 1, 127, 128, 255] {
        var changed = whole
        changed[index] = value
        // Whatever it is, it ends.
        _ = ErrorMessage.decode(changed[...])
      }
    }
  }
}
