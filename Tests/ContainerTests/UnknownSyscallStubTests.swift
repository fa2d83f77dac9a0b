// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct UnknownSyscallStubTests {
  private typealias Profiles = SeccompTranslationTests

  private let notImplemented = SyscallFilter.Action.fail(UInt16(ENOSYS))

  /// A profile whose newest call is clone3: 435 on every architecture.
  private func machine(
    _ defaultAction: LinuxSeccompAction, _ number: UInt32? = nil,
    architectures: [Arch] = [.amd64, .x86, .x32]
  ) throws -> FilterMachine {
    let profile = Profiles.profile(
      defaultAction, number, LinuxSyscall(names: ["getpid", "chdir"], action: .allow),
      LinuxSyscall(names: ["clone3"], action: .trap), architectures: architectures)
    return FilterMachine(try SeccompTranslation.compile(profile).instructions)
  }

  @Test(
    arguments: [
      (.errno, nil, .fail(1)), (.errno, 13, .fail(13)), (.kill, nil, .killThread),
      (.killProcess, nil, .killProcess), (.trap, nil, .trap),
    ] as [(LinuxSeccompAction, UInt32?, SyscallFilter.Action)])
  func newerCallsAreNotImplemented(
    word: LinuxSeccompAction, number: UInt32?, action: SyscallFilter.Action
  ) throws {
    let machine = try machine(word, number)
    let x32 = FilterMachine.x32Bit
    let table: [(UInt32, UInt32, SyscallFilter.Action)] = [
      (FilterMachine.x8664, 0, action),
      (FilterMachine.x8664, 39, .allow),
      (FilterMachine.x8664, 434, action),
      (FilterMachine.x8664, 435, .trap),
      (FilterMachine.x8664, 436, notImplemented),
      (FilterMachine.x8664, 0x3fff_ffff, notImplemented),
      (FilterMachine.x8664, 39 | x32, .allow),
      (FilterMachine.x8664, 434 | x32, action),
      (FilterMachine.x8664, 435 | x32, .trap),
      (FilterMachine.x8664, 436 | x32, notImplemented),
      (FilterMachine.x8664, .max, notImplemented),
      (FilterMachine.x86, 12, .allow),
      (FilterMachine.x86, 434, action),
      (FilterMachine.x86, 436, notImplemented),
      (FilterMachine.x86, .max, notImplemented),
      (FilterMachine.aarch64, 436, .killThread),
    ]
    for (architecture, number, expected) in table {
      let call = FilterMachine.Call(number: number, architecture: architecture)
      #expect(try machine.run(call).action == expected, "\(architecture) \(number)")
    }
  }

  @Test(
    arguments: [
      (.allow, nil, .allow), (.log, nil, .log), (.trace, 3, .trace(3)),
      (.errno, UInt32(ENOSYS), .fail(UInt16(ENOSYS))),
    ] as [(LinuxSeccompAction, UInt32?, SyscallFilter.Action)])
  func someDefaultsAnswerNewerCallsThemselves(
    word: LinuxSeccompAction, number: UInt32?, action: SyscallFilter.Action
  ) throws {
    let machine = try machine(word, number)
    #expect(try machine.run(.init(number: 436)).action == action)
    #expect(
      try machine.run(.init(number: 436, architecture: FilterMachine.x86)).action == action)
  }

  @Test func x32CodeIsLeftToAProfileThatDoesNotListIt() throws {
    let machine = try machine(.errno, architectures: [.amd64])
    #expect(try machine.run(.init(number: 436)).action == notImplemented)
    #expect(try machine.run(.init(number: 436 | FilterMachine.x32Bit)).action == .killThread)
    #expect(
      try machine.run(.init(number: 436, architecture: FilterMachine.x86)).action == .killThread)
  }

  @Test func theNewestCallIsCountedByArchitecture() throws {
    // memfd_secret is 447 where it exists; fstatat64 is an old call of x86's.
    let native = SyscallFilter.Architecture.native
    let x86 = try #require(SyscallFilter.Architecture(named: "x86"))
    let stub = UnknownSyscallStub(
      names: ["getpid", "fstatat64", "no_such_call"], architectures: [native, x86])
    #expect(stub.limits.count == 2)
    #expect(stub.limits[1] == .init(auditValue: FilterMachine.x86, newest: 300, newestX32: nil))
    #expect(stub.limits[0].newest == SyscallFilter.number(of: "getpid", on: native))
  }

  @Test func aProfileWithoutCallsHasNoStub() throws {
    let stub = UnknownSyscallStub(names: [], architectures: [.native])
    #expect(stub.instructions.isEmpty)
    let profile = Profiles.profile(.kill)
    let machine = FilterMachine(try SeccompTranslation.compile(profile).instructions)
    #expect(try machine.run(.init(number: 999)).action == .killThread)
  }

  @Test func theStubCostsFewInstructions() throws {
    let stub = UnknownSyscallStub(
      names: ["clone3"],
      architectures: [.native] + ["x86", "x32"].compactMap(SyscallFilter.Architecture.init))
    #expect(stub.instructions.count <= 16)
  }
}
