// SPDX-License-Identifier: Apache-2.0

import Cgroups
import Container
import JSON
import Kernel
import RuntimeSpec
import Testing

@testable import Pod

@Suite struct PodStateTests {
  private func state(phase: PodState.Phase, creator: ProcessRecord) -> PodState {
    var state = PodState(
      id: "web", created: "2026-01-02T03:04:05Z", creator: creator, bundleBase: "/srv/web",
      namespaces: [.network, .user], cgroup: .init(path: "/runp-pods/web", .identity(7)))
    state.phase = phase
    state.isStopping = true
    state.isInitialized = true
    state.starter = creator
    return state
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let state = state(phase: .filling, creator: .init(pid: 5, startTime: .max))
    let document = try JSONValue(parsing: state.json.bytes())
    #expect(try PodState(json: JSONNode(document)) == state)
  }

  @Test func aVersionThatIsNotKnownIsRefusedByName() throws {
    let json = state(phase: .ready, creator: .init(pid: 5, startTime: 1)).json
    guard case .object(var document) = json else {
      Issue.record("no object: \(json)")
      return
    }
    for (version, reason) in [
      (3, "version: 3 is of a newer runp, this one knows 2"),
      (0, "version: 0 is of an older runp, this one knows 2"),
    ] {
      document["version"] = JSONValue(version)
      let error = #expect(throws: SpecError.self) {
        try PodState(json: JSONNode(.object(document)))
      }
      #expect(error?.description == reason)
    }
    document["version"] = 1
    #expect(try PodState(json: JSONNode(.object(document))).version == 1)
  }

  @Test func aPodWhoseMakerIsGoneIsNotAlive() throws {
    let own = ProcessRecord(
      pid: Processes.own, startTime: try #require(Processes.startTime(of: Processes.own)))
    let other = ProcessRecord(pid: own.pid, startTime: own.startTime + 1)
    #expect(state(phase: .making, creator: own).isAlive)
    #expect(state(phase: .filling, creator: own).isAlive)
    #expect(!state(phase: .making, creator: other).isAlive)
    #expect(!state(phase: .filling, creator: other).isAlive)
    #expect(state(phase: .ready, creator: other).isAlive)
    #expect(!state(phase: .removing, creator: own).isAlive)
  }
}
