// SPDX-License-Identifier: Apache-2.0

import Container
import Glibc
import JSON
import Kernel
import Testing

@Suite struct RuntimeErrorTests {
  /// The words that CRI-O looks for in lower case only, and podman and docker
  /// in any case.
  @Test(arguments: [
    (ESRCH, "no such process"), (ENOENT, "no such file or directory"),
    (EACCES, "permission denied"), (EPERM, "operation not permitted"),
    (ENOTDIR, "not a directory"), (ENOEXEC, "exec format error"),
  ])
  func reasonsAreInLowerCase(number: Int32, words: String) {
    let error = RuntimeError(call: "call", errno: number, subject: "/X").adding("kill c1")
    #expect(error.description == "kill c1: call /X: \(words)")
  }

  @Test func abbreviationsStay() {
    let error = RuntimeError(call: "call", errno: EDOTDOT)
    #expect(error.description == "call: RFS specific error")
  }

  @Test func wordsOfRuncStay() {
    for words in ["container not running", "container \"c1\" does not exist"] {
      let error = RuntimeError(.wrongState, words).adding("kill c1")
      #expect(error.description == "kill c1: \(words)")
    }
  }

  @Test func onlyABareCallGetsTheStepAroundIt() {
    let call = RuntimeError(call: "rmdir", errno: EBUSY, subject: "/X")
    #expect(call.addingIfBare("take").description == "take: rmdir /X: device or resource busy")
    for error in [call.adding("clear"), RuntimeError(.alreadyExists, "it is taken")] {
      #expect(error.addingIfBare("take") == error)
    }
  }

  @Test func documentsNameTheirProperty() {
    let error = RuntimeError(SpecError(path: "process.cwd", reason: "missing")).adding("create c1")
    #expect(error.description == "create c1: process.cwd: missing")
  }
}
