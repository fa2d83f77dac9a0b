// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@testable import Container

@Suite struct KeptLimitsTests {
  let directory = TemporaryDirectory()

  @Test func whatIsKeptIsReadAsItWas() throws {
    let limits = LinuxResources(
      memory: LinuxMemory(limit: 100, swap: -1), cpu: LinuxCPU(burst: 0, idle: 0),
      // In the document of a change it would say nothing.
      pids: LinuxPids(limit: 0), unified: ["memory.high": "5"])
    let opened = try File.open(directory.path, .directory)
    try KeptLimits.write(limits, in: opened)
    #expect(try KeptLimits.read(in: opened, directory.path) == limits)
  }

  @Test func noProcessesInTheDocumentOfAChangeSayNothing() throws {
    let bytes = Array(#"{"pids":{"limit":0}}"#.utf8)
    #expect(try ResourcesUpdate.decodeChange(bytes).pids?.limit == nil)
    #expect(try ResourcesUpdate.decode(bytes).pids?.limit == 0)
  }
}
