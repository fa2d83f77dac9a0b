// SPDX-License-Identifier: Apache-2.0

import Kernel
import Support
import Testing

@testable import Cgroups

@Suite struct BusTests {
  @Test func aBusThatLetsNobodyInIsGivenUp() throws {
    let directory = TemporaryDirectory()
    let path = directory.path + "/bus"
    // Whoever connects waits to be accepted, as with a daemon that is stopped.
    let listener = try Sockets.listen(path)
    #expect(throws: BusError.self) {
      _ = try Bus.connected(to: ["unix:path=\(path)"], as: 0, patience: 100)
    }
    withExtendedLifetime(listener) {}
  }
}
