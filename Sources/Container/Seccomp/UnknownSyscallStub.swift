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

  /// The instructions; what is not answered leaves at their end.
  var instructions: [FilterInstruction] {
    let blocks = limits.map(block)
    // After each block comes the jump to the end, which has to be unconditional:
    // conditional ones reach no further than 255 instructions.
    var left = blocks.reduce(0) { $0 + 1 + $1.count + 1 }
    var code: [FilterInstruction] =
      blocks.isEmpty ? [] : [.load(FilterInstruction.Field.architecture)]
    for (limit, block) in zip(limits, blocks) {
      left -= 1 + block.count + 1
      code.append(
        FilterInstruction(
          FilterInstruction.Code.jumpIfEqual, limit.auditValue, ifFalse: UInt8(block.count + 1)))
      code += block
      code.append(.jump(left))
    }
    return code
  }

  /// The instructions for one architecture.
  private func block(_ limit: Limit) -> [FilterInstruction] {
    func skip(_ count: Int, unlessAbove value: UInt32) -> FilterInstruction {
      FilterInstruction(FilterInstruction.Code.jumpIfAbove, value, ifFalse: UInt8(count))
    }
    let number = FilterInstruction.load(FilterInstruction.Field.number)
    let notImplemented = FilterInstruction.answer(.fail(UInt16(ENOSYS)))
    let native = [skip(1, unlessAbove: limit.newest ?? .max), notImplemented]
    guard limit.auditValue == SyscallFilter.Architecture.x32AuditValue else {
      return [number] + native
    }
    // What the profile does not speak of, x32 code or all other code, stays the
    // program's to answer.
    let x32Bit = SyscallFilter.Architecture.x32Bit
    let x32 = [
      skip(1, unlessAbove: limit.newestX32.map { $0 | x32Bit } ?? .max),
      notImplemented,
      .jump(native.count),
    ]
    return [number, skip(x32.count, unlessAbove: x32Bit - 1)] + x32 + native
  }
}
