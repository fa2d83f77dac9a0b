// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernel
import Testing

@Suite struct ProcessesTests {
  @Test func aProcessThatIsNoChildIsNotTakenForOne() throws {
    let parent = try Processes.open(pid: getppid())
    #expect {
      _ = try Processes.child(behind: try parent.duplicate())
    } throws: { error in
      (error as? RuntimeError)?.errno == ECHILD
    }
  }

  @Test func aChildIsKnownByItsDescriptor() async throws {
    await #expect(processExitsWith: .exitCode(7)) {
      guard case .parent(let child) = try Processes.clone() else { Processes.exit(0) }
      let found = try Processes.child(behind: try child.pidfd.duplicate())
      // Looked at, it is still there to be waited for.
      let status = try child.wait()
      Processes.exit(found.pid == child.pid && status == .exited(0) ? 7 : 1)
    }
  }
}
