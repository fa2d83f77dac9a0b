// SPDX-License-Identifier: Apache-2.0

import Container
import Glibc
import Kernel
import Testing

@testable import Pod

/// A container that only notes what is sent to it.
private final class Noted: Stoppable {
  let name: String
  var phase: SupervisedPhase
  let stopSignal: Int32
  let stopTimeout: UInt32
  let log: Log

  /// What was sent, to whom.
  final class Log {
    var entries: [String] = []
  }

  init(
    _ name: String, _ phase: SupervisedPhase, _ log: Log, signal: Int32 = SIGTERM,
    timeout: UInt32 = 1000
  ) {
    self.name = name
    self.phase = phase
    self.log = log
    stopSignal = signal
    stopTimeout = timeout
  }

  func signal(_ number: Int32) throws(RuntimeError) {
    if name == "broken" { throw RuntimeError(.failed, "cannot be signalled") }
    log.entries.append("\(name) \(number)")
  }
}

@Suite struct ShutdownTests {
  private let log = Noted.Log()

  @Test func oneAfterTheOtherIsAskedInTheOrderGiven() throws {
    let (one, two) = (Noted("one", .running, log, signal: SIGUSR1), Noted("two", .running, log))
    var shutdown = Shutdown([one, two])
    try shutdown.advance()
    try shutdown.advance()
    #expect(log.entries == ["one \(SIGUSR1)"])
    #expect(shutdown.deadline != nil)
    one.phase = .over
    try shutdown.advance()
    #expect(log.entries == ["one \(SIGUSR1)", "two \(SIGTERM)"])
    two.phase = .over
    try shutdown.advance()
    #expect(log.entries.count == 2)
    #expect(shutdown.deadline == nil)
  }

  @Test func whoeverDoesNotEndInTimeIsKilledOnce() throws {
    let deaf = Noted("deaf", .running, log, timeout: 0)
    var shutdown = Shutdown([deaf, Noted("next", .running, log)])
    try shutdown.advance()
    #expect(log.entries == ["deaf \(SIGTERM)", "deaf \(SIGKILL)"])
    try shutdown.advance()
    #expect(log.entries.count == 2)
    #expect(shutdown.deadline == nil)
  }

  @Test func whatWasNotStartedIsKilledAndWhatHasNoProcessPassedOver() throws {
    let waiting = SupervisedPhase.waiting(.after(milliseconds: 1000))
    let created = Noted("created", .created, log)
    var shutdown = Shutdown([
      Noted("absent", .absent, log), Noted("waiting", waiting, log), Noted("over", .over, log),
      created, Noted("last", .running, log),
    ])
    try shutdown.advance()
    #expect(log.entries == ["created \(SIGKILL)"])
    created.phase = .over
    try shutdown.advance()
    #expect(log.entries == ["created \(SIGKILL)", "last \(SIGTERM)"])
  }

  @Test func killingAllReachesTheCurrentOneAndTheRestButNothingTwice() throws {
    var shutdown = Shutdown([
      Noted("one", .running, log), Noted("two", .created, log), Noted("three", .over, log),
      Noted("four", .absent, log),
    ])
    try shutdown.advance()
    try shutdown.killAll()
    #expect(log.entries == ["one \(SIGTERM)", "one \(SIGKILL)", "two \(SIGKILL)"])
    #expect(shutdown.deadline == nil)
  }

  @Test func theLongestTimeoutIsNoTrap() throws {
    var shutdown = Shutdown([Noted("patient", .running, log, timeout: .max)])
    try shutdown.advance()
    #expect(shutdown.deadline?.hasPassed == false)
  }

  @Test func nothingToStopIsDoneAtOnce() throws {
    var shutdown = Shutdown([Noted]())
    try shutdown.advance()
    try shutdown.killAll()
    #expect(shutdown.deadline == nil)
  }

  @Test func anErrorComesThrough() {
    var shutdown = Shutdown([Noted("broken", .running, log)])
    #expect(throws: RuntimeError.self) { try shutdown.advance() }
  }
}

@Suite struct EndRuleTests {
  private typealias Policy = PodContainer.RestartPolicy

  @Test(
    arguments: [
      (.always, 0, true), (.always, 1, true), (.onFailure, 0, false), (.onFailure, 137, true),
      (.never, 0, false), (.never, 1, false),
    ] as [(PodContainer.RestartPolicy, Int32, Bool)])
  func thePolicyDecidesWhetherItIsMadeAgain(
    policy: PodContainer.RestartPolicy, status: Int32, restarts: Bool
  ) {
    let rule = EndRule(policy, status: status, isInit: false, .continue)
    #expect(rule.restarts == restarts)
    // What is made again is neither a failure nor the end of the pod.
    #expect(rule.failure == (restarts || status == 0 ? nil : status))
    #expect(!rule.stopsPod)
    #expect(EndRule(policy, status: status, isInit: false, .stop).stopsPod == !restarts)
  }

  @Test func aFailedInitContainerStopsThePodAndOneThatSucceededNever() {
    for exitPolicy in PodSpec.ExitPolicy.allCases {
      #expect(EndRule(.never, status: 3, isInit: true, exitPolicy).stopsPod)
      #expect(EndRule(.never, status: 3, isInit: true, exitPolicy).failure == 3)
      #expect(!EndRule(.never, status: 0, isInit: true, exitPolicy).stopsPod)
      #expect(!EndRule(.onFailure, status: 3, isInit: true, exitPolicy).stopsPod)
    }
  }
}

@Suite struct SupervisorSignalsTests {
  @Test func theIgnoredOnesAreReadFromProcfs() {
    #expect(SupervisorSignals.ignored(in: "Name:\tx\nSigIgn:\t0000000000000001\nSigCgt:\t0\n") == 1)
    #expect(SupervisorSignals.ignored(in: "Name:\tx\n") == 0)
  }

  @Test func onlyAnIgnoredHangupIsLeftAlone() {
    let all = Signals.mask([SIGINT, SIGTERM, SIGHUP])
    #expect(SupervisorSignals.mask(ignored: 0) == all)
    #expect(SupervisorSignals.mask(ignored: all) == Signals.mask([SIGINT, SIGTERM]))
  }
}
