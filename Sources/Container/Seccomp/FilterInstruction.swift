// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// One instruction of classic BPF, as far as filters of system calls use it.
struct FilterInstruction: Equatable {
  /// What it does.
  let code: UInt16
  /// How many instructions to skip when a comparison holds.
  let ifTrue: UInt8
  /// How many instructions to skip when it does not.
  let ifFalse: UInt8
  /// What it does it with.
  let operand: UInt32

  /// The codes; the accumulator is the one value that a filter computes with.
  enum Code {
    static let load: UInt16 = 0x20
    static let jump: UInt16 = 0x05
    static let jumpIfEqual: UInt16 = 0x15
    static let jumpIfAbove: UInt16 = 0x25
    static let jumpIfAtLeast: UInt16 = 0x35
    static let answer: UInt16 = 0x06
    static let and: UInt16 = 0x54
  }

  /// What a filter can load, as offsets in `struct seccomp_data`.
  enum Field {
    static let number: UInt32 = 0
    static let architecture: UInt32 = 4
    static let arguments: UInt32 = 16
  }

  init(_ code: UInt16, _ operand: UInt32, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0) {
    self.code = code
    self.ifTrue = ifTrue
    self.ifFalse = ifFalse
    self.operand = operand
  }

  /// Whether it goes one way or another.
  var isJump: Bool { code & 0x07 == 0x05 }

  /// Whether it goes one way or another by comparing with the operand.
  var isComparison: Bool {
    code == Code.jumpIfEqual || code == Code.jumpIfAbove || code == Code.jumpIfAtLeast
  }

  /// Loads a field into the accumulator.
  static func load(_ field: UInt32) -> FilterInstruction { FilterInstruction(Code.load, field) }

  /// Goes on after `count` more instructions.
  static func jump(_ count: Int) -> FilterInstruction {
    FilterInstruction(Code.jump, UInt32(count))
  }

  /// Ends the filter.
  static func answer(_ action: SyscallFilter.Action) -> FilterInstruction {
    FilterInstruction(Code.answer, action.rawValue)
  }
}

extension [FilterInstruction] {
  /// Reads a compiled program.
  init(program: [UInt8]) {
    self = stride(from: 0, to: program.count, by: SyscallFilter.instructionSize).map { start in
      unsafe program.withUnsafeBytes { bytes in
        FilterInstruction(
          unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt16.self),
          unsafe bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self),
          ifTrue: unsafe bytes[start + 2], ifFalse: unsafe bytes[start + 3])
      }
    }
  }

  /// The program in the layout of `struct sock_filter`.
  var program: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * SyscallFilter.instructionSize)
    for instruction in self {
      unsafe Swift.withUnsafeBytes(of: instruction.code) { unsafe bytes.append(contentsOf: $0) }
      bytes.append(instruction.ifTrue)
      bytes.append(instruction.ifFalse)
      unsafe Swift.withUnsafeBytes(of: instruction.operand) { unsafe bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
