// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct SyscallFilterTests {
  @Test func aFilterWithoutRulesIsItsDefault() throws {
    let program = try SyscallFilter(defaultAction: .allow).compile()
    #expect(!program.isEmpty)
    #expect(program.count % SyscallFilter.instructionSize == 0)
  }

  @Test func anUnknownActionIsRefused() {
    #expect(throws: RuntimeError.self) {
      _ = try SyscallFilter(defaultAction: SyscallFilter.Action(rawValue: 0x1234_5678))
    }
  }

  @Test func theNativeArchitectureCanBeAddedAgain() throws {
    var filter = try SyscallFilter(defaultAction: .allow)
    let before = try filter.compile()
    try filter.add(.native)
    #expect(try filter.compile() == before)
  }

  @Test func aSecondConditionOnAnArgumentIsAnError() throws {
    var filter = try SyscallFilter(defaultAction: .allow)
    let number = try #require(SyscallFilter.number(of: "personality"))
    let condition = SyscallFilter.Condition(argument: 0, .equal, 1, 0)
    let error = #expect(throws: RuntimeError.self) {
      try filter.addRule(
        .killProcess, number: number, where: [condition, condition], subject: "personality")
    }
    #expect(error?.description == "seccomp_rule_add personality: invalid argument")
  }

  @Test func namesResolveByArchitecture() throws {
    let x86 = try #require(SyscallFilter.Architecture(named: "x86"))
    let x8664 = try #require(SyscallFilter.Architecture(named: "x86_64"))
    let x32 = try #require(SyscallFilter.Architecture(named: "x32"))
    #expect(SyscallFilter.number(of: "getpid", on: x86) == 20)
    #expect(SyscallFilter.number(of: "getpid", on: x8664) == 39)
    #expect(SyscallFilter.number(of: "getpid", on: x32) == 39 | SyscallFilter.Architecture.x32Bit)
    #expect(SyscallFilter.number(of: "socketcall", on: x8664) == nil)
    #expect(SyscallFilter.number(of: "no_such_call", on: x8664) == nil)
    #expect(SyscallFilter.number(of: "no_such_call") == nil)
    #expect(x32.auditValue == x8664.auditValue)
    #expect(x32 != x8664)
    #expect(SyscallFilter.Architecture(named: "z80") == nil)
  }

  @Test func supportedFlagsAreTold() {
    #expect(SyscallFilter.kernelSupports([.log, .allowSpeculation]))
    #expect(!SyscallFilter.kernelSupports(SyscallFilter.Flags(rawValue: 1 << 31)))
  }

  @Test func malformedProgramsAreRefused() {
    for size in [0, 7, 8 * 65536] {
      #expect(throws: RuntimeError(call: "seccomp", errno: EINVAL, subject: "program size")) {
        _ = try SyscallFilter.load([UInt8](repeating: 0, count: size), flags: [])
      }
    }
  }

  @Test func aLoadedFilterDecides() async {
    await #expect(processExitsWith: .exitCode(7)) {
      var filter = try SyscallFilter(defaultAction: .allow)
      let number = try #require(SyscallFilter.number(of: "chdir"))
      try filter.addRule(.fail(UInt16(EDOM)), number: number, where: [], subject: "chdir")
      let program = try filter.compile()
      try OwnProcess.setNoNewPrivileges()
      let listener = try SyscallFilter.load(program, flags: [.allowSpeculation])
      let hasListener = listener != nil
      let result = unsafe chdir("/")
      exit(result == -1 && errno == EDOM && !hasListener ? 7 : 1)
    }
  }

  @Test func aListenerComesWithItsFlag() async {
    await #expect(processExitsWith: .exitCode(7)) {
      var filter = try SyscallFilter(defaultAction: .allow)
      let number = try #require(SyscallFilter.number(of: "chdir"))
      try filter.addRule(.notify, number: number, where: [], subject: "chdir")
      let program = try filter.compile()
      try OwnProcess.setNoNewPrivileges()
      guard let listener = try SyscallFilter.load(program, flags: [.newListener]) else { exit(1) }
      let target = try File.linkTarget(listener.procPath)
      exit(target == "anon_inode:seccomp notify" ? 7 : 2)
    }
  }

  @Test func theLibraryTellsItsVersion() {
    #expect(SyscallFilter.libraryVersion.split(separator: ".").count == 3)
  }

  @Test func theKernelIsNamed() throws {
    let release = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
    #expect(
      SyscallFilter.kernel.hasSuffix(" \(release.trimmingCharacters(in: .whitespacesAndNewlines))"))
  }
}
