// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Support
import Testing

@Suite struct NodesTests {
  private let directory = TemporaryDirectory()

  @Test(arguments: [0o640, 0o777, 0o4755] as [UInt32]) func modeAndOwnerAreExact(mode: UInt32)
    throws
  {
    let place = try File.open(directory.path, .directory)
    try Nodes.make(
      FileName("pipe"), .fifo, major: 0, minor: 0, mode: mode, owner: (getuid(), getgid()),
      at: place)
    let status = try FileStatus("pipe", at: place, followLinks: false)
    #expect(status.kind == .fifo)
    #expect(status.permissions == mode)
  }

  @Test func whatIsThereIsLeftAsItIs() throws {
    let place = try File.open(directory.path, .directory)
    try File.makeLink("pipe", to: "elsewhere", at: place)
    #expect(throws: RuntimeError.self) {
      try Nodes.make(
        FileName("pipe"), .fifo, major: 0, minor: 0, mode: 0o666, owner: (0, 0), at: place)
    }
    #expect(try File.linkTarget("pipe", at: place) == "elsewhere")
  }

  @Test func aFailedReplacementLeavesNothing() throws {
    let place = try File.open(directory.path, .directory)
    try File.makeDirectory("taken", at: place)
    #expect(throws: RuntimeError.self) {
      try File.replace("taken", with: [1], at: place)
    }
    #expect(try Directory.names(place).map(\.text) == ["taken"])
  }
}
