// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// A program that finds a call's answer by halving the ranges of numbers.
///
/// libseccomp compares a call with one name after another. When a filter is
/// loaded the kernel walks it for each call that there is, to learn which are
/// always allowed: with 400 names that takes a millisecond, more than the rest
/// of starting a container. Neighbours mostly share their answer, and a tree of
/// the ranges takes eight steps where the list takes hundreds.
///
/// The instructions are made from the last to the first, since jumps only go
/// forward and their lengths have to be known.
struct DecisionTree {
  /// The place of an instruction, counted from the end of the tree.
  private typealias Label = Int

  /// The furthest that a conditional jump is made to go.
  ///
  /// It could be 255; two more instructions may come to lie between.
  private static let reach = 253

  private let slice: FilterSlice
  private var reversed: [FilterInstruction] = []
  /// The nearest instruction for each answer.
  private var nearest: [SyscallAnswers.Answer: Label] = [:]

  /// Makes the instructions.
  ///
  /// - Parameters:
  ///   - answers: what the tree has to find.
  ///   - slice: what comes behind the tree, for answers that depend.
  init(_ answers: SyscallAnswers, before slice: FilterSlice) {
    self.slice = slice
    var blocks: [(auditValue: UInt32, label: Label)] = []
    for (value, ranges) in answers.ranges.sorted(by: { $0.key < $1.key }) {
      goOn(at: tree(ranges[...]))
      blocks.append((value, append(.load(FilterInstruction.Field.number))))
    }
    var otherwise = leaf(answers.elsewhere)
    for block in blocks {
      otherwise = branch(
        FilterInstruction.Code.jumpIfEqual, block.auditValue, block.label, otherwise)
    }
    goOn(at: otherwise)
    append(.load(FilterInstruction.Field.architecture))
  }

  /// The whole program.
  var instructions: [FilterInstruction] { reversed.reversed() + slice.instructions }

  /// Makes the instructions for some ranges.
  private mutating func tree(_ ranges: ArraySlice<SyscallAnswers.Range>) -> Label {
    if let only = ranges.first, ranges.count == 1 { return leaf(only.answer) }
    let middle = ranges.startIndex + ranges.count / 2
    let above = tree(ranges[middle...])
    let below = tree(ranges[..<middle])
    return branch(FilterInstruction.Code.jumpIfAtLeast, ranges[middle].first, above, below)
  }

  private mutating func leaf(_ answer: SyscallAnswers.Answer) -> Label {
    if let label = nearest[answer], distance(to: label) <= DecisionTree.reach { return label }
    let label =
      switch answer {
      case .action(let action): append(FilterInstruction(FilterInstruction.Code.answer, action))
      case .goesOn(let index): append(.jump(reversed.count + (slice.positions[index] ?? 0)))
      }
    nearest[answer] = label
    return label
  }

  private mutating func branch(
    _ code: UInt16, _ operand: UInt32, _ ifTrue: Label, _ ifFalse: Label
  ) -> Label {
    let ifTrue = stepping(to: ifTrue)
    let ifFalse = stepping(to: ifFalse)
    return append(
      FilterInstruction(
        code, operand, ifTrue: UInt8(distance(to: ifTrue)), ifFalse: UInt8(distance(to: ifFalse))))
  }

  /// A place in reach of a conditional jump that leads to a label.
  private mutating func stepping(to label: Label) -> Label {
    let distance = distance(to: label)
    return distance <= DecisionTree.reach ? label : append(.jump(distance))
  }

  /// Sees to it that the instruction made next is followed by the one at a
  /// label.
  private mutating func goOn(at label: Label) {
    let distance = distance(to: label)
    if distance > 0 { append(.jump(distance)) }
  }

  /// How many instructions the next one has to skip to get to a label.
  private func distance(to label: Label) -> Int { reversed.count - label - 1 }

  @discardableResult
  private mutating func append(_ instruction: FilterInstruction) -> Label {
    reversed.append(instruction)
    return reversed.count - 1
  }
}
