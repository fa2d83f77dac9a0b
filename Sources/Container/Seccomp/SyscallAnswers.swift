// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// What a program answers to every call of every architecture.
struct SyscallAnswers: Equatable {
  /// The answer to a call.
  enum Answer: Hashable {
    /// Always this action (`SyscallFilter.Action`).
    case action(UInt32)
    /// It depends on the arguments: the instruction that first loads one.
    case goesOn(at: Int)
  }

  /// Calls next to each other with the same answer, up to the next range.
  struct Range: Equatable {
    let first: UInt32
    let answer: Answer
  }

  /// The ranges from call 0 on, by what the kernel shows as the architecture.
  let ranges: [UInt32: [Range]]
  /// The answer to all calls of any other architecture.
  let elsewhere: Answer

  /// Asks a program.
  ///
  /// A program that only compares the number and the architecture with
  /// constants can change its answer only there, so one call between two
  /// constants speaks for all. Nil when the program does anything else with
  /// them.
  ///
  /// - Parameters:
  ///   - program: the program.
  ///   - auditValues: all architectures that it is made for.
  init?(of program: [FilterInstruction], auditValues: Set<UInt32>) {
    var firsts: Set<UInt32> = [0]
    for instruction in program where instruction.isComparison {
      firsts.insert(instruction.operand)
      if instruction.operand < .max { firsts.insert(instruction.operand + 1) }
    }
    let numbers = firsts.sorted()
    var found: [UInt32: [Range]] = [:]
    for value in auditValues {
      var ranges: [Range] = []
      for number in numbers {
        guard let answer = Run(program, number, value).answer else { return nil }
        if ranges.last?.answer != answer { ranges.append(Range(first: number, answer: answer)) }
      }
      found[value] = ranges
    }
    var other: UInt32 = 0
    while firsts.contains(other) { other += 1 }
    let run = Run(program, 0, other)
    guard let answer = run.answer, !run.sawNumber else { return nil }
    ranges = found
    elsewhere = answer
  }

  /// Everything in the program that the answers lead to.
  var entries: Set<Int> {
    let answers = ranges.values.joined().map { $0.answer } + [elsewhere]
    return answers.reduce(into: []) { entries, answer in
      if case .goesOn(let index) = answer { entries.insert(index) }
    }
  }
}

/// One run of a program, until it answers or looks at an argument.
private struct Run {
  /// Nil when the program did what cannot be foreseen from a single call.
  private(set) var answer: SyscallAnswers.Answer?
  /// Whether the answer may differ for another number.
  private(set) var sawNumber = false

  init(_ program: [FilterInstruction], _ number: UInt32, _ architecture: UInt32) {
    typealias Code = FilterInstruction.Code
    var accumulator: UInt32 = 0
    var holdsArchitecture = false
    var next = 0
    while next < program.count {
      let instruction = program[next]
      let holds: Bool
      switch instruction.code {
      case Code.load where instruction.operand == FilterInstruction.Field.number:
        (accumulator, holdsArchitecture, sawNumber) = (number, false, true)
        next += 1
        continue
      case Code.load where instruction.operand == FilterInstruction.Field.architecture:
        (accumulator, holdsArchitecture) = (architecture, true)
        next += 1
        continue
      case Code.load:
        answer = .goesOn(at: next)
        return
      case Code.answer:
        answer = .action(instruction.operand)
        return
      case Code.jump:
        next += 1 + Int(instruction.operand)
        continue
      case Code.jumpIfEqual: holds = accumulator == instruction.operand
      // Between architectures there is no order that one could stand for.
      case Code.jumpIfAbove where !holdsArchitecture: holds = accumulator > instruction.operand
      case Code.jumpIfAtLeast where !holdsArchitecture:
        holds = accumulator >= instruction.operand
      default: return
      }
      next += 1 + Int(holds ? instruction.ifTrue : instruction.ifFalse)
    }
  }
}
