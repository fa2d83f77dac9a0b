// SPDX-License-Identifier: Apache-2.0

import Kernel

/// Runs a compiled filter the way the kernel does, one call at a time.
struct FilterMachine {
  /// A call as a filter sees it.
  struct Call {
    var number: UInt32
    var architecture: UInt32 = FilterMachine.x8664
    var arguments: [UInt64] = []
  }

  enum Failure: Error, Equatable {
    case unknownInstruction(UInt16)
    case ranOffTheEnd
    case badOffset(UInt32)
  }

  static let x86: UInt32 = 0x4000_0003
  static let x8664: UInt32 = 0xc000_003e
  static let aarch64: UInt32 = 0xc000_00b7
  static let x32Bit: UInt32 = 0x4000_0000

  private let instructions: [(code: UInt16, ifTrue: UInt8, ifFalse: UInt8, operand: UInt32)]

  init(_ program: [UInt8]) {
    instructions = stride(from: 0, to: program.count, by: 8).map { start in
      func word(_ offset: Int) -> UInt32 { UInt32(program[start + offset]) }
      return (
        UInt16(word(0) | word(1) << 8), program[start + 2], program[start + 3],
        word(4) | word(5) << 8 | word(6) << 16 | word(7) << 24
      )
    }
  }

  /// What the filter answers, and after how many instructions.
  func run(_ call: Call) throws -> (action: SyscallFilter.Action, steps: Int) {
    var accumulator: UInt32 = 0
    var next = 0
    var steps = 0
    while next < instructions.count {
      let (code, ifTrue, ifFalse, operand) = instructions[next]
      next += 1
      steps += 1
      func branch(_ holds: Bool) -> Int { next + Int(holds ? ifTrue : ifFalse) }
      switch code {
      case 0x20: accumulator = try load(operand, of: call)
      case 0x54: accumulator &= operand
      case 0x05: next += Int(operand)
      case 0x15: next = branch(accumulator == operand)
      case 0x25: next = branch(accumulator > operand)
      case 0x35: next = branch(accumulator >= operand)
      case 0x45: next = branch(accumulator & operand != 0)
      case 0x06: return (SyscallFilter.Action(rawValue: operand), steps)
      default: throw Failure.unknownInstruction(code)
      }
    }
    throw Failure.ranOffTheEnd
  }

  /// A word of `struct seccomp_data`, little-endian.
  private func load(_ offset: UInt32, of call: Call) throws -> UInt32 {
    switch offset {
    case 0: return call.number
    case 4: return call.architecture
    case 16..<64 where offset % 4 == 0:
      let index = Int(offset - 16) / 8
      let argument = index < call.arguments.count ? call.arguments[index] : 0
      return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
    default: throw Failure.badOffset(offset)
    }
  }
}
