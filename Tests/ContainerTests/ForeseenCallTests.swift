// SPDX-License-Identifier: Apache-2.0

import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct ForeseenCallTests {
  private static func program(
    _ defaultAction: LinuxSeccompAction, _ syscalls: [LinuxSyscall]
  ) throws -> [FilterInstruction] {
    var profile = LinuxSeccomp(defaultAction: defaultAction, syscalls: syscalls)
    profile.listenerPath = "/run/agent.sock"
    return [FilterInstruction](
      program: try SeccompTranslation.compile(profile).instructions)
  }

  /// What engines let pass of clone(2): everything without a new namespace.
  private static let engine = LinuxSyscall(
    names: ["clone"], action: .allow,
    args: [
      LinuxSeccompArg(index: 0, value: 0x7e02_0000, valueTwo: 0, op: .maskedEqual)
    ])

  @Test func aCallThatIsAllowedPasses() throws {
    let program = try Self.program(
      .errno, [LinuxSyscall(names: ["setsid", "read"], action: .allow)])
    #expect(ForeseenCall("setsid").passes(program))
    #expect(ForeseenCall("read").passes(program))
    #expect(!ForeseenCall("write").passes(program))
  }

  @Test func aCallThatIsOnlyLoggedPasses() throws {
    let program = try Self.program(.errno, [LinuxSyscall(names: ["setsid"], action: .log)])
    #expect(ForeseenCall("setsid").passes(program))
  }

  @Test(arguments: [LinuxSeccompAction.errno, .killProcess, .trap, .trace, .notify])
  func aCallThatIsNotAllowedDoesNotPass(_ action: LinuxSeccompAction) throws {
    let program = try Self.program(.allow, [LinuxSyscall(names: ["setsid"], action: action)])
    #expect(!ForeseenCall("setsid").passes(program))
    #expect(ForeseenCall("read").passes(program))
  }

  @Test func aCloneWithoutNamespacesPassesWhereEnginesAllowNoOther() throws {
    let program = try Self.program(.errno, [Self.engine])
    #expect(ForeseenCall("clone", [0: Processes.siblingFlags]).passes(program))
    #expect(!ForeseenCall("clone", [0: 0x1000_0000]).passes(program))
  }

  @Test func whatDependsOnAnUnknownArgumentDoesNotPass() throws {
    let program = try Self.program(.errno, [Self.engine])
    #expect(!ForeseenCall("clone").passes(program))
  }

  @Test func theUpperHalfOfAnArgumentCounts() throws {
    let program = try Self.program(
      .errno,
      [
        LinuxSyscall(
          names: ["ioctl"], action: .allow,
          args: [LinuxSeccompArg(index: 1, value: 0x1_0000_540e, valueTwo: 0, op: .equalTo)])
      ])
    #expect(ForeseenCall("ioctl", [1: 0x1_0000_540e]).passes(program))
    #expect(!ForeseenCall("ioctl", [1: 0x540e]).passes(program))
  }
}
