// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The part of a program that can be reached from some of its instructions.
struct FilterSlice {
  /// The instructions of the part, in the order that they had.
  let instructions: [FilterInstruction]
  /// Where each of them was, and where it is now.
  let positions: [Int: Int]

  /// Cuts out what can be reached.
  init(of program: [FilterInstruction], from entries: Set<Int>) {
    var reached = entries
    // Jumps only go forward, so one pass sees all of them.
    for index in program.indices where reached.contains(index) {
      reached.formUnion(program[index].successors(at: index))
    }
    let kept = reached.filter { $0 < program.count }.sorted()
    let positions = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
    self.positions = positions
    instructions = kept.map { index in
      // What lies between only became less, so every jump stays in range.
      program[index].retargeted { skip in
        let target = positions[index + 1 + skip] ?? kept.count
        return target - (positions[index] ?? 0) - 1
      }
    }
  }
}

extension FilterInstruction {
  /// The instructions that can come next.
  fileprivate func successors(at index: Int) -> [Int] {
    switch code {
    case Code.answer: []
    case Code.jump: [index + 1 + Int(operand)]
    case _ where isJump: [index + 1 + Int(ifTrue), index + 1 + Int(ifFalse)]
    default: [index + 1]
    }
  }

  /// The same instruction with other numbers of instructions to skip.
  fileprivate func retargeted(_ skip: (Int) -> Int) -> FilterInstruction {
    if code == Code.jump { return .jump(skip(Int(operand))) }
    guard isJump else { return self }
    return FilterInstruction(
      code, operand, ifTrue: UInt8(skip(Int(ifTrue))), ifFalse: UInt8(skip(Int(ifFalse))))
  }
}
