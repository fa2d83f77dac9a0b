// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// The instructions in front of a profile that answer calls too new for it.
///
/// A C library tries a new call first and falls back to an old one when the
/// kernel says `ENOSYS`. A profile written before the call existed would say
/// `EPERM` or kill, and break the program. So whatever is numbered above the
/// newest call that the profile names fails with `ENOSYS`, as on the kernels
/// that the profile was written for.
struct UnknownSyscallStub {
  /// One architecture and the number of the newest call named on it.
  struct Limit: Equatable {
    /// What the kernel shows as the architecture.
    let auditValue: UInt32
    /// The newest call, nil when none is named.
    var newest: UInt32?
    /// The newest call of x32 code, without x32's bit.
    var newestX32: UInt32?
  }

  /// The limits, one for each value that the kernel shows.
  private(set) var limits: [Limit] = []

  /// Finds the newest calls.
  ///
  /// - Parameters:
  ///   - names: every call that the profile names, whatever the action.
  ///   - architectures: those of the profile, the native one included.
  init(names: [String], architectures: [SyscallFilter.Architecture]) {
    for architecture in architectures {
      var newest: UInt32?
      for name in names {
        guard let number = SyscallFilter.number(of: name, on: architecture) else { continue }
        newest = max(newest ?? 0, number & ~SyscallFilter.Architecture.x32Bit)
      }
      // A profile without calls says what it wants by its default action.
      guard let newest else { continue }
      let index = limits.firstIndex { $0.auditValue == architecture.auditValue }
      var limit = index.map { limits[$0] } ?? Limit(auditValue: architecture.auditValue)
      if architecture.isX32 { limit.newestX32 = newest } else { limit.newest = newest }
      if let index { limits[index] = limit } else { limits.append(limit) }
    }
  }

  /// Builds the instructions; what is not answered leaves at their end.
  var instructions: [UInt8] {
    let blocks = limits.map(block)
    // After each block comes the jump to the end, which has to be unconditional:
    // conditional ones reach no further than 255 instructions.
    var left = blocks.reduce(0) { $0 + 1 + $1.count + 1 }
    var code: [Instruction] = blocks.isEmpty ? [] : [.load(.architecture)]
    for (limit, block) in zip(limits, blocks) {
      left -= 1 + block.count + 1
      code.append(.skip(UInt8(block.count + 1), unlessEqual: limit.auditValue))
      code += block
      code.append(.jump(UInt32(left)))
    }
    return code.flatMap(\.bytes)
  }

  /// The instructions for one architecture.
  private func block(_ limit: Limit) -> [Instruction] {
    let notImplemented = Instruction.answer(.fail(UInt16(ENOSYS)))
    let native: [Instruction] = [.skip(1, unlessAbove: limit.newest ?? .max), notImplemented]
    guard limit.auditValue == SyscallFilter.Architecture.x32AuditValue else {
      return [.load(.number)] + native
    }
    // What the profile does not speak of, x32 code or all other code, stays the
    // program's to answer.
    let x32Bit = SyscallFilter.Architecture.x32Bit
    let x32: [Instruction] = [
      .skip(1, unlessAbove: limit.newestX32.map { $0 | x32Bit } ?? .max),
      notImplemented,
      .jump(UInt32(native.count)),
    ]
    return [.load(.number), .skip(UInt8(x32.count), unlessAbove: x32Bit - 1)] + x32 + native
  }
}

/// One instruction of classic BPF, of the few that the stub is made of.
private struct Instruction {
  let code: UInt16
  let ifTrue: UInt8
  let ifFalse: UInt8
  let operand: UInt32

  /// Where in what the kernel shows a filter (`struct seccomp_data`).
  enum Field: UInt32 {
    case number = 0
    case architecture = 4
  }

  static func load(_ field: Field) -> Instruction {
    Instruction(code: 0x20, ifTrue: 0, ifFalse: 0, operand: field.rawValue)
  }

  static func skip(_ count: UInt8, unlessAbove value: UInt32) -> Instruction {
    Instruction(code: 0x25, ifTrue: 0, ifFalse: count, operand: value)
  }

  static func skip(_ count: UInt8, unlessEqual value: UInt32) -> Instruction {
    Instruction(code: 0x15, ifTrue: 0, ifFalse: count, operand: value)
  }

  static func jump(_ count: UInt32) -> Instruction {
    Instruction(code: 0x05, ifTrue: 0, ifFalse: 0, operand: count)
  }

  static func answer(_ action: SyscallFilter.Action) -> Instruction {
    Instruction(code: 0x06, ifTrue: 0, ifFalse: 0, operand: action.rawValue)
  }

  /// The layout of `struct sock_filter`.
  var bytes: [UInt8] {
    unsafe withUnsafeBytes(of: code) { unsafe Array($0) } + [ifTrue, ifFalse]
      + withUnsafeBytes(of: operand) { unsafe Array($0) }
  }
}
