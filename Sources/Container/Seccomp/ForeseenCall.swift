// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// A system call that is going to be made under a filter, with the arguments
/// that are known beforehand.
struct ForeseenCall {
  /// Its name.
  let name: String
  /// Its arguments, by their position.
  let arguments: [UInt32: UInt64]

  /// Describes a call.
  init(_ name: String, _ arguments: [UInt32: UInt64] = [:]) {
    self.name = name
    self.arguments = arguments
  }

  /// Whether a filter lets the call pass, without asking anybody; it does not
  /// when that depends on what is not known.
  func passes(_ program: [FilterInstruction]) -> Bool {
    guard let number = SyscallFilter.number(of: name), number >= 0 else {
      // The machine does not have the call, so nobody makes it.
      return true
    }
    let answer = answer(of: program, number: UInt32(number))
    return answer == .allow || answer == .log
  }

  private typealias Code = FilterInstruction.Code

  /// - Returns: nil when the answer cannot be foreseen.
  private func answer(
    of program: [FilterInstruction], number: UInt32
  ) -> SyscallFilter.Action? {
    var accumulator: UInt32 = 0
    var next = 0
    while next < program.count {
      let instruction = program[next]
      let operand = instruction.operand
      let holds: Bool
      switch instruction.code {
      case Code.load:
        guard let value = field(operand, number: number) else { return nil }
        accumulator = value
        next += 1
        continue
      case Code.and:
        accumulator &= operand
        next += 1
        continue
      case Code.jump:
        next += 1 + Int(operand)
        continue
      case Code.answer: return SyscallFilter.Action(rawValue: operand)
      case Code.jumpIfEqual: holds = accumulator == operand
      case Code.jumpIfAbove: holds = accumulator > operand
      case Code.jumpIfAtLeast: holds = accumulator >= operand
      default: return nil
      }
      next += 1 + Int(holds ? instruction.ifTrue : instruction.ifFalse)
    }
    return nil
  }

  /// A field of `struct seccomp_data`, half of one for an argument.
  private func field(_ offset: UInt32, number: UInt32) -> UInt32? {
    switch offset {
    case FilterInstruction.Field.number: return number
    case FilterInstruction.Field.architecture:
      return SyscallFilter.Architecture.native.auditValue
    default: break
    }
    let first = FilterInstruction.Field.arguments
    guard offset >= first, let value = arguments[(offset - first) / 8] else { return nil }
    let isFirstHalf = (offset - first) % 8 == 0
    let isLow = isFirstHalf == (1.littleEndian == 1)
    return UInt32(truncatingIfNeeded: isLow ? value : value >> 32)
  }
}
