// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct DecisionTreeTests {
  /// Calls from all over the tables, old and new, of one architecture and of
  /// all, and those that x86 has behind one number.
  private static let names =
    """
    read write open close stat fstat lstat poll lseek mmap mprotect munmap brk ioctl pread64 \
    pwrite64 readv writev access pipe select sched_yield mremap msync mincore madvise shmget shmat \
    shmctl dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile socket connect \
    accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername socketpair \
    setsockopt getsockopt clone fork vfork execve exit wait4 kill uname semget semop semctl shmdt \
    msgget msgsnd msgrcv msgctl fcntl flock fsync ftruncate getdents getcwd chdir rename mkdir \
    rmdir link unlink symlink readlink chmod chown umask ptrace syslog personality mount umount2 \
    reboot quotactl init_module gettid futex bpf userfaultfd statx io_uring_setup pidfd_open \
    clone3 close_range openat2 faccessat2 landlock_create_ruleset futex_waitv socketcall ipc \
    fstat64 setuid32 _llseek time64 clock_gettime64 arch_prctl modify_ldt
    """.split(separator: " ").map(String.init)

  /// Those that may have several rules.
  private static let single: Set<String> = [
    "read", "mmap", "ioctl", "clone", "personality", "mkdir", "unlink", "clone3", "openat2",
    "fstat64", "ptrace", "kill",
  ]

  /// Numbers that come out the same on every run.
  private struct Sequence: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 33
    }
  }

  private static func profile(_ random: inout Sequence) -> LinuxSeccomp {
    let actions: [LinuxSeccompAction] = [.allow, .errno, .killProcess, .trap, .log, .trace]
    let operators = LinuxSeccompOperator.allCases
    var profile = LinuxSeccomp(
      defaultAction: actions.randomElement(using: &random) ?? .errno,
      architectures: [[], [.x86], [.x86, .x32], [.amd64, .x86, .x32]]
        .randomElement(using: &random) ?? [])
    // Where x86 has several calls behind one number, libseccomp will not have
    // two rules for one of them.
    var unused = Set(Self.names)
    for _ in 0..<Int.random(in: 1...40, using: &random) {
      let names = (0..<Int.random(in: 1...20, using: &random)).compactMap { _ in
        Self.names.randomElement(using: &random)
      }.filter { unused.remove($0) != nil || Self.single.contains($0) }
      let args = (0..<max(0, Int.random(in: -4...3, using: &random))).map { _ in
        LinuxSeccompArg(
          index: UInt32.random(in: 0...5, using: &random),
          value: [0, 1, 2, 3, 0xff, 0x1_0000_0001].randomElement(using: &random) ?? 0,
          valueTwo: UInt64.random(in: 0...2, using: &random),
          op: operators.randomElement(using: &random) ?? .equalTo)
      }
      profile.syscalls.append(
        LinuxSyscall(
          names: names, action: actions.randomElement(using: &random) ?? .allow, args: args))
    }
    return profile
  }

  @Test(arguments: 1...10)
  func theTreeAnswersAsTheList(seed: UInt64) throws {
    var random = Sequence(state: seed)
    let rules = try SeccompRules(Self.profile(&random))
    let list = try SeccompTranslation.list(of: rules)
    let architectures = Set(rules.architectures.map(\.auditValue))
    let tree = SeccompTranslation.rearranged(list, architectures: architectures)
    #expect(tree.count <= list.count)
    let before = FilterMachine(list.program)
    let after = FilterMachine(tree.program)
    let arguments: [[UInt64]] = [
      [1, 1, 1, 1, 1, 1], [2, 0xff, 3, 0x1_0000_0001, 0, 1],
      (0..<6).map { _ in UInt64.random(in: 0...4, using: &random) },
    ]
    let edges: [UInt32] = [0x3fff_ffff, 0x7fff_ffff, 0x8000_0000, .max]
    let low = (0...460).flatMap { [$0, $0 | FilterMachine.x32Bit] }
    for number in low + edges {
      for architecture in [FilterMachine.x8664, FilterMachine.x86, FilterMachine.aarch64] {
        for arguments in arguments {
          let call = FilterMachine.Call(
            number: number, architecture: architecture, arguments: arguments)
          let expected = try before.run(call).action
          let found = try after.run(call).action
          if found != expected {
            Issue.record("\(call): \(found), not \(expected)")
            return
          }
        }
      }
    }
  }

  @Test func aLongProfileTakesFewSteps() throws {
    let rules = try SeccompRules(
      LinuxSeccomp(
        defaultAction: .errno, architectures: [.x86, .x32],
        syscalls: [LinuxSyscall(names: Self.names, action: .allow)]))
    let list = try SeccompTranslation.list(of: rules)
    let tree = SeccompTranslation.rearranged(
      list, architectures: Set(rules.architectures.map(\.auditValue)))
    #expect(tree.count < list.count * 3 / 4)
    let machine = FilterMachine(tree.program)
    for number in 0..<UInt32(470) where number != 102 && number != 117 {
      #expect(try machine.run(.init(number: number)).steps <= 14)
    }
  }

  @Test func jumpsOverMoreThanAConditionalOneReaches() throws {
    // Each call with an answer of its own, so that nothing can be shared.
    var ranges: [SyscallAnswers.Range] = []
    for number in 0..<UInt32(1500) {
      ranges.append(.init(first: number, answer: .action(0x0005_0000 | number)))
    }
    var program: [FilterInstruction] = [
      .load(FilterInstruction.Field.architecture),
      FilterInstruction(FilterInstruction.Code.jumpIfEqual, FilterMachine.x86, ifTrue: 1),
      .answer(.killProcess), .load(FilterInstruction.Field.number),
    ]
    for range in ranges {
      program.append(
        FilterInstruction(FilterInstruction.Code.jumpIfEqual, range.first, ifFalse: 1))
      program.append(.answer(.fail(UInt16(range.first))))
    }
    program.append(.answer(.fail(1499)))
    let answers = try #require(SyscallAnswers(of: program, auditValues: [FilterMachine.x86]))
    #expect(answers.ranges == [FilterMachine.x86: ranges])
    #expect(answers.elsewhere == .action(SyscallFilter.Action.killProcess.rawValue))
    let tree = DecisionTree(answers, before: FilterSlice(of: program, from: []))
    let machine = FilterMachine(tree.instructions.program)
    for range in ranges {
      let call = FilterMachine.Call(number: range.first, architecture: FilterMachine.x86)
      #expect(try machine.run(call).action == .fail(UInt16(range.first)))
    }
    #expect(try machine.run(.init(number: 7)).action == .killProcess)
  }

  @Test func programsThatCannotBeForeseenAreLeftAsTheyAre() {
    let load = FilterInstruction.load(FilterInstruction.Field.number)
    let allow = FilterInstruction.answer(.allow)
    let programs: [[FilterInstruction]] = [
      // Arithmetic on the number.
      [load, FilterInstruction(0x54, 0xff), allow],
      // A test of bits of the number.
      [load, FilterInstruction(0x45, 1), allow],
      // An order between architectures.
      [
        .load(FilterInstruction.Field.architecture),
        FilterInstruction(FilterInstruction.Code.jumpIfAbove, 1), allow,
      ],
      // The same calls for architectures that it was not made for.
      [load, FilterInstruction(FilterInstruction.Code.jumpIfEqual, 1, ifTrue: 1), allow, allow],
      // No end.
      [load],
    ]
    for program in programs {
      #expect(SyscallAnswers(of: program, auditValues: [FilterMachine.x86]) == nil)
      #expect(
        SeccompTranslation.rearranged(program, architectures: [FilterMachine.x86]) == program)
    }
  }

  @Test func aSliceKeepsWhatCanBeReached() {
    let program: [FilterInstruction] = [
      .load(16), FilterInstruction(FilterInstruction.Code.jumpIfEqual, 5, ifTrue: 2, ifFalse: 0),
      .jump(3), .answer(.trap), .answer(.allow), .answer(.log), .answer(.killProcess),
    ]
    let slice = FilterSlice(of: program, from: [0])
    #expect(
      slice.instructions == [
        .load(16), FilterInstruction(FilterInstruction.Code.jumpIfEqual, 5, ifTrue: 1, ifFalse: 0),
        .jump(1), .answer(.allow), .answer(.killProcess),
      ])
    #expect(slice.positions[6] == 4)
  }
}
