// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct SeccompTranslationTests {
  /// Numbers on x86-64, which the tests compile for beside the native one.
  static let chdir: UInt32 = 80
  static let personality: UInt32 = 135
  static let mkdir: UInt32 = 83
  static let clone: UInt32 = 56
  static let clone3: UInt32 = 435

  static func profile(
    _ defaultAction: LinuxSeccompAction = .errno, _ defaultErrno: UInt32? = nil,
    _ syscalls: LinuxSyscall..., architectures: [Arch] = [.amd64]
  ) -> LinuxSeccomp {
    LinuxSeccomp(
      defaultAction: defaultAction, defaultErrnoRet: defaultErrno, architectures: architectures,
      syscalls: syscalls)
  }

  private func answer(
    _ profile: LinuxSeccomp, _ number: UInt32, _ arguments: UInt64...
  ) throws -> SyscallFilter.Action {
    let machine = FilterMachine(try SeccompTranslation.compile(profile).instructions)
    return try machine.run(.init(number: number, arguments: arguments)).action
  }

  // MARK: - Actions

  @Test(
    arguments: [
      (.kill, nil, .killThread), (.killThread, nil, .killThread),
      (.killProcess, nil, .killProcess), (.trap, nil, .trap), (.log, nil, .log),
      (.errno, nil, .fail(1)), (.errno, 0, .fail(0)), (.errno, 4094, .fail(4094)),
      (.trace, nil, .trace(1)), (.trace, 65535, .trace(65535)),
    ] as [(LinuxSeccompAction, UInt32?, SyscallFilter.Action)])
  func everyActionIsTranslated(
    word: LinuxSeccompAction, number: UInt32?, action: SyscallFilter.Action
  ) throws {
    let rule = LinuxSyscall(names: ["chdir"], action: word, errnoRet: number)
    let asRule = Self.profile(.allow, nil, rule)
    #expect(try answer(asRule, Self.chdir) == action)
    #expect(try answer(asRule, Self.mkdir) == .allow)
    let asDefault = Self.profile(
      word, number, LinuxSyscall(names: ["clone3"], action: .allow))
    #expect(try answer(asDefault, Self.chdir) == action)
    #expect(try answer(asDefault, Self.clone3) == .allow)
  }

  @Test func notifyNeedsTheListenerFlag() throws {
    var profile = Self.profile(.allow, nil, LinuxSyscall(names: ["chdir"], action: .notify))
    profile.listenerPath = "/run/agent.sock"
    let program = try SeccompTranslation.compile(profile)
    #expect(program.flags == [.newListener, .allowSpeculation])
    #expect(try answer(profile, Self.chdir) == .notify)
  }

  @Test func rulesThatSayTheDefaultAreLeftOut() throws {
    let profile = Self.profile(
      .errno, 13, LinuxSyscall(names: ["chdir"], action: .errno, errnoRet: 13),
      LinuxSyscall(names: ["mkdir"], action: .errno, errnoRet: 14),
      LinuxSyscall(names: ["clone3"], action: .allow))
    #expect(try answer(profile, Self.chdir) == .fail(13))
    #expect(try answer(profile, Self.mkdir) == .fail(14))
  }

  @Test func aCallNamedTwiceIsNoError() throws {
    let rule = LinuxSyscall(names: ["chdir", "chdir"], action: .allow)
    #expect(try answer(Self.profile(.errno, nil, rule, rule), Self.chdir) == .allow)
  }

  // MARK: - Conditions

  @Test(
    arguments: [
      (.equalTo, 5, 0, [5], [4, 6, 0x1_0000_0005]),
      (.notEqual, 5, 0, [4, 6, 0x1_0000_0005], [5]),
      (.lessThan, 5, 0, [0, 4], [5, 6, 0x1_0000_0000]),
      (.lessEqual, 5, 0, [0, 5], [6, 0x1_0000_0000]),
      (.greaterThan, 5, 0, [6, 0x1_0000_0000], [0, 5]),
      (.greaterEqual, 0x1_0000_0005, 0, [0x1_0000_0005, .max], [5, 0x1_0000_0004]),
      // The first value is the mask, the second what must be left.
      (.maskedEqual, 0x7e02_0000, 0, [0, 0x11], [0x1000_0000, 0x0002_0000]),
      (.maskedEqual, 0xf0, 0x50, [0x50, 0x5f, 0xf50], [0x40, 0x05]),
    ] as [(LinuxSeccompOperator, UInt64, UInt64, [UInt64], [UInt64])])
  func everyComparisonIsTranslated(
    op: LinuxSeccompOperator, value: UInt64, valueTwo: UInt64, holds: [UInt64], fails: [UInt64]
  ) throws {
    let condition = LinuxSeccompArg(index: 2, value: value, valueTwo: valueTwo, op: op)
    let profile = Self.profile(
      .errno, nil, LinuxSyscall(names: ["clone"], action: .allow, args: [condition]))
    for argument in holds {
      #expect(try answer(profile, Self.clone, 0, 0, argument) == .allow, "\(argument)")
    }
    for argument in fails {
      #expect(try answer(profile, Self.clone, 0, 0, argument) == .fail(1), "\(argument)")
    }
  }

  @Test func conditionsOnDifferentArgumentsMustAllHold() throws {
    let profile = Self.profile(
      .errno, nil,
      LinuxSyscall(
        names: ["clone"], action: .allow,
        args: [
          LinuxSeccompArg(index: 0, value: 1, op: .equalTo),
          LinuxSeccompArg(index: 5, value: 2, op: .equalTo),
        ]))
    #expect(try answer(profile, Self.clone, 1, 0, 0, 0, 0, 2) == .allow)
    #expect(try answer(profile, Self.clone, 1, 0, 0, 0, 0, 3) == .fail(1))
    #expect(try answer(profile, Self.clone, 0, 0, 0, 0, 0, 2) == .fail(1))
  }

  @Test func withTwoConditionsOnAnArgumentAnyOfTheRuleIsEnough() throws {
    let profile = Self.profile(
      .errno, nil,
      LinuxSyscall(
        names: ["personality"], action: .allow,
        args: [
          LinuxSeccompArg(index: 0, value: 8, op: .equalTo),
          LinuxSeccompArg(index: 0, value: 0x20000, op: .equalTo),
          LinuxSeccompArg(index: 1, value: 7, op: .equalTo),
        ]))
    #expect(try answer(profile, Self.personality, 8) == .allow)
    #expect(try answer(profile, Self.personality, 0x20000) == .allow)
    #expect(try answer(profile, Self.personality, 1, 7) == .allow)
    #expect(try answer(profile, Self.personality, 1, 1) == .fail(1))
  }

  @Test func aRuleForSeveralValuesOfAnArgumentIsTheirUnion() throws {
    let rules = [0, 8].map { value in
      LinuxSyscall(
        names: ["personality"], action: .allow,
        args: [LinuxSeccompArg(index: 0, value: value, op: .equalTo)])
    }
    let profile = Self.profile(.errno, nil, rules[0], rules[1])
    #expect(try answer(profile, Self.personality, 0) == .allow)
    #expect(try answer(profile, Self.personality, 8) == .allow)
    #expect(try answer(profile, Self.personality, 9) == .fail(1))
  }

  // MARK: - Architectures

  @Test func listedArchitecturesAreFilteredByTheirOwnNumbers() throws {
    let profile = Self.profile(
      .errno, nil, LinuxSyscall(names: ["getpid", "chdir", "clone3"], action: .allow),
      architectures: [.amd64, .x86, .x32])
    let machine = FilterMachine(try SeccompTranslation.compile(profile).instructions)
    func answer(_ number: UInt32, _ architecture: UInt32) throws -> SyscallFilter.Action {
      try machine.run(.init(number: number, architecture: architecture)).action
    }
    #expect(try answer(39, FilterMachine.x8664) == .allow)
    #expect(try answer(20, FilterMachine.x86) == .allow)
    #expect(try answer(39, FilterMachine.x86) == .fail(1))
    #expect(try answer(39 | FilterMachine.x32Bit, FilterMachine.x8664) == .allow)
    #expect(try answer(40 | FilterMachine.x32Bit, FilterMachine.x8664) == .fail(1))
    #expect(try answer(172, FilterMachine.aarch64) == .killThread)
  }

  @Test func codeOfAnArchitectureThatIsNotListedIsKilled() throws {
    let profile = Self.profile(
      .errno, nil, LinuxSyscall(names: ["getpid", "clone3"], action: .allow), architectures: [])
    let machine = FilterMachine(try SeccompTranslation.compile(profile).instructions)
    for number: UInt32 in [20, 435, 999] {
      #expect(
        try machine.run(.init(number: number, architecture: FilterMachine.x86)).action
          == .killThread)
    }
  }

  @Test func architecturesThatTheLibraryLacksAreLeftOut() throws {
    let rule = LinuxSyscall(names: ["chdir"], action: .trap)
    let with = Self.profile(.allow, nil, rule, architectures: [.amd64, .loongarch64, .sheb])
    let without = Self.profile(.allow, nil, rule, architectures: [.amd64])
    #expect(try SeccompTranslation.compile(with) == SeccompTranslation.compile(without))
  }

  // MARK: - Names and flags

  @Test func unknownCallsAreLeftOutAndReported() throws {
    let profile = Self.profile(
      .errno, nil,
      LinuxSyscall(names: ["chdir", "no_such_call", "no_such_call", "nor_this"], action: .allow))
    let program = try SeccompTranslation.compile(profile)
    #expect(program.unknownSyscalls == ["no_such_call", "nor_this"])
    #expect(
      program.unknownWarning
        == "ignoring system calls unknown to libseccomp: no_such_call, nor_this")
    let error = #expect(throws: RuntimeError.self) { try program.requireKnownSyscalls() }
    #expect(
      error?.description == "linux.seccomp.syscalls: unknown system call \"no_such_call\"")
    #expect(try answer(profile, Self.chdir) == .allow)
  }

  @Test func nothingIsReportedWhenAllCallsAreKnown() throws {
    let program = try SeccompTranslation.compile(
      Self.profile(.errno, nil, LinuxSyscall(names: ["chdir"], action: .allow)))
    #expect(program.unknownWarning == nil)
    try program.requireKnownSyscalls()
  }

  @Test(
    arguments: [
      (nil, .allowSpeculation), ([], []), ([.log], .log),
      ([.tsync, .specAllow], [.synchronizeThreads, .allowSpeculation]),
      // Means nothing without a listener, and the kernel would refuse it.
      ([.waitKillableRecv], []),
    ] as [([LinuxSeccompFlag]?, SyscallFilter.Flags)])
  func flagsAreTranslated(words: [LinuxSeccompFlag]?, flags: SyscallFilter.Flags) throws {
    var profile = Self.profile(.allow)
    profile.flags = words
    #expect(try SeccompTranslation.compile(profile).flags == flags)
  }

  @Test func aListenerChangesHowThreadsAreSynchronised() throws {
    var profile = Self.profile(.allow, nil, LinuxSyscall(names: ["chdir"], action: .notify))
    profile.listenerPath = "/run/agent.sock"
    profile.flags = [.tsync, .waitKillableRecv]
    #expect(
      try SeccompTranslation.compile(profile).flags
        == [.newListener, .synchronizeThreads, .failWithoutThread, .waitKillable])
  }

  // MARK: - Refusals

  @Test func aProfileTooLargeForTheKernelIsRefused() {
    let rules = (0..<5000).map { value in
      LinuxSyscall(
        names: ["personality"], action: .allow,
        args: [LinuxSeccompArg(index: 0, value: value, op: .equalTo)])
    }
    let profile = LinuxSeccomp(defaultAction: .errno, syscalls: rules)
    let error = #expect(throws: RuntimeError.self) { try SeccompTranslation.compile(profile) }
    #expect(error?.description.contains("the kernel takes no more than 4096") == true)
  }
}
