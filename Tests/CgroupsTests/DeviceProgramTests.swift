// SPDX-License-Identifier: Apache-2.0

import RuntimeSpec
import Testing

@testable import Cgroups

/// Runs programs as the kernel does, as far as device programs go.
private struct Interpreter {
  let instructions: [UInt64]

  /// The answer to an access; nil when the program runs off its end or does
  /// what the kernel would refuse.
  func answer(_ kind: UInt32, _ major: UInt32, _ minor: UInt32, _ access: UInt32) -> UInt32? {
    let context = [kind | access << 16, major, minor]
    var registers = [UInt32](repeating: 0, count: 11)
    var next = 0
    // Every jump goes forward, so no program runs longer than it is.
    for _ in instructions {
      guard instructions.indices.contains(next) else { return nil }
      let word = instructions[next]
      next += 1
      let target = Int(word >> 8 & 0xf)
      let source = Int(word >> 12 & 0xf)
      let offset = Int(Int16(truncatingIfNeeded: word >> 16))
      let value = UInt32(truncatingIfNeeded: word >> 32)
      switch UInt8(truncatingIfNeeded: word) {
      case 0x61: registers[target] = context[offset / 4]
      case 0xbc: registers[target] = registers[source]
      case 0xb4: registers[target] = value
      case 0x74: registers[target] >>= value
      case 0x54: registers[target] &= value
      case 0x56: if registers[target] != value { next += offset }
      case 0x16: if registers[target] == value { next += offset }
      case 0x46: if registers[target] & value != 0 { next += offset }
      case 0x05: next += offset
      case 0x95: return registers[0]
      default: return nil
      }
    }
    return nil
  }

  /// Whether all instructions can be reached, which the verifier demands.
  var isAllReachable: Bool {
    var reached: Set<Int> = []
    var open = [0]
    while let place = open.popLast() {
      guard instructions.indices.contains(place) else { return false }
      if !reached.insert(place).inserted { continue }
      let jump = place + 1 + Int(Int16(truncatingIfNeeded: instructions[place] >> 16))
      switch UInt8(truncatingIfNeeded: instructions[place]) {
      case 0x95: break
      case 0x05: open.append(jump)
      case 0x56, 0x16, 0x46: open += [place + 1, jump]
      default: open.append(place + 1)
      }
    }
    return reached.count == instructions.count
  }
}

private let block: UInt32 = 1
private let character: UInt32 = 2
private let make: UInt32 = 1
private let read: UInt32 = 2
private let write: UInt32 = 4

private let denyAll = LinuxDeviceCgroup(allow: false, type: .all, access: "rwm")
private let allowAll = LinuxDeviceCgroup(allow: true, type: .all, access: "rwm")
private let allowDisk = LinuxDeviceCgroup(
  allow: true, type: .block, major: 8, minor: 0, access: "r")
private let denyWritingDisks = LinuxDeviceCgroup(
  allow: false, type: .block, major: 8, access: "w")

/// Rules, an access (kind, major, minor, bits), and whether it is allowed.
private let accesses: [([LinuxDeviceCgroup], (UInt32, UInt32, UInt32, UInt32), Bool)] = [
  // The defaults, also when the rules deny everything.
  ([], (character, 1, 3, read | write), true),
  ([denyAll], (character, 1, 3, read | write | make), true),
  ([denyAll], (character, 136, 42, read | write), true),
  ([denyAll], (character, 5, 1, write), true),
  ([denyAll], (character, 10, 200, read | write), true),
  ([denyAll], (character, 250, 7, make), true),
  ([denyAll], (block, 8, 0, make), true),
  // What nothing allows is denied.
  ([], (character, 1, 11, read), false),
  ([], (block, 1, 3, read), false),
  ([denyAll], (character, 250, 7, make | read), false),
  ([denyAll], (block, 8, 0, read), false),
  ([denyAll], (character, 10, 201, read), false),
  // An allowed device is allowed for that access, with what defaults add.
  ([denyAll, allowDisk], (block, 8, 0, read), true),
  ([denyAll, allowDisk], (block, 8, 0, read | make), true),
  ([denyAll, allowDisk], (block, 8, 0, write), false),
  ([denyAll, allowDisk], (block, 8, 0, read | write), false),
  ([denyAll, allowDisk], (block, 8, 1, read), false),
  ([denyAll, allowDisk], (character, 8, 0, read), false),
  // Two rules together allow what neither does alone.
  (
    [allowDisk, LinuxDeviceCgroup(allow: true, type: .block, major: 8, access: "w")],
    (block, 8, 0, read | write), true
  ),
  // The last rule that matches wins.
  ([allowDisk, denyAll], (block, 8, 0, read), false),
  ([denyAll, allowAll, denyWritingDisks], (block, 8, 0, read), true),
  ([allowAll, denyWritingDisks], (block, 8, 0, write), false),
  ([allowAll, denyWritingDisks], (block, 9, 0, write), true),
  // Denying writing denies opening for both.
  ([allowAll, denyWritingDisks], (block, 8, 0, read | write), false),
  // Neither reading nor writing, as for a permission check: a device that some
  // rule allows.
  ([denyAll, allowDisk], (block, 8, 0, 0), true),
  // Wildcards, and the greatest number.
  (
    [LinuxDeviceCgroup(allow: true, type: .character, access: "r")],
    (character, 77, 88, read), true
  ),
  (
    [LinuxDeviceCgroup(allow: true, type: .character, major: 4_294_967_295, access: "r")],
    (character, .max, 0, read), true
  ),
]

@Suite struct DeviceProgramTests {
  @Test(arguments: [1, 40_000]) func rulesWithoutNumberAreNoObstacle(count: Int) throws {
    for access in ["rwm", "r"] {
      let rules = (1...count).map { minor in
        DeviceRule(
          LinuxDeviceCgroup(
            allow: true, type: .character, major: 240, minor: UInt32(minor), access: access))
      }
      let program = Interpreter(instructions: try #require(DeviceProgram(rules)).instructions)
      #expect(program.isAllReachable)
      for minor in [1, count / 2 + 1, count] as [Int] where minor <= count {
        #expect(program.answer(2, 240, UInt32(minor), 2) == 1)
      }
      #expect(program.answer(2, 240, UInt32(count) + 1, 2) == 0)
      #expect(program.answer(1, 240, 1, 2) == 0)
    }
  }

  @Test(arguments: accesses)
  func accessesAreDecided(
    rules: [LinuxDeviceCgroup], access: (UInt32, UInt32, UInt32, UInt32), isAllowed: Bool
  ) throws {
    let program = try #require(DeviceProgram(rules.map { DeviceRule($0) }))
    let interpreter = Interpreter(instructions: program.instructions)
    #expect(interpreter.isAllReachable)
    let answer = interpreter.answer(access.0, access.1, access.2, access.3)
    #expect(answer == (isAllowed ? 1 : 0))
  }

  /// Each access is decided as the definition has it: for every bit the last
  /// rule that names it and the device decides.
  @Test func randomRulesAreDecidedAsDefined() throws {
    for _ in 0..<300 {
      let rules = (0..<Int.random(in: 0...6)).map { _ in
        DeviceRule(
          .random(), DeviceRule.Kind(rawValue: .random(in: 0...2)),
          [nil, 1, 2][.random(in: 0..<3)], [nil, 3, 4][.random(in: 0..<3)],
          DeviceRule.Access(rawValue: .random(in: 1...7)))
      }
      guard let program = DeviceProgram(rules) else {
        #expect(Self.allDecided(rules, allowed: true))
        continue
      }
      let interpreter = Interpreter(instructions: program.instructions)
      #expect(interpreter.isAllReachable)
      for (kind, major, minor, access) in Self.everyAccess {
        let expected = Self.isAllowed(rules, kind, major, minor, access)
        #expect(interpreter.answer(kind, major, minor, access) == (expected ? 1 : 0), "\(rules)")
      }
    }
  }

  private static let everyAccess: [(UInt32, UInt32, UInt32, UInt32)] = {
    var all: [(UInt32, UInt32, UInt32, UInt32)] = []
    for kind in [block, character] {
      for major in [1, 2, 3] as [UInt32] {
        for minor in [3, 4, 5] as [UInt32] {
          for access in 1...7 as ClosedRange<UInt32> { all.append((kind, major, minor, access)) }
        }
      }
    }
    return all
  }()

  private static func allDecided(_ rules: [DeviceRule], allowed: Bool) -> Bool {
    everyAccess.allSatisfy { isAllowed(rules, $0.0, $0.1, $0.2, $0.3) == allowed }
  }

  private static func isAllowed(
    _ rules: [DeviceRule], _ kind: UInt32, _ major: UInt32, _ minor: UInt32, _ access: UInt32
  ) -> Bool {
    [make, read, write].filter { access & $0 != 0 }.allSatisfy { bit in
      let deciding = (rules + DeviceRule.defaults).last { rule in
        (rule.kind == nil || rule.kind?.rawValue == kind) && (rule.major ?? major) == major
          && (rule.minor ?? minor) == minor && rule.access.rawValue & bit != 0
      }
      return deciding?.allows == true
    }
  }

  @Test(arguments: [
    ([allowAll], true), ([denyAll, allowAll], true), ([allowAll, allowDisk], true),
    ([denyWritingDisks, allowAll, allowDisk], true), ([], false), ([allowAll, denyAll], false),
    ([allowAll, denyWritingDisks], false), ([denyAll], false), ([allowDisk], false),
  ])
  func rulesThatAllowEverythingNeedNoProgram(rules: [LinuxDeviceCgroup], isFree: Bool) throws {
    let program = DeviceProgram(rules.map { DeviceRule($0) })
    #expect((program == nil) == isFree)
  }

  @Test func rulesThatTheDefaultsIncludeAddNothing() throws {
    let usual =
      [denyAll]
      + [(1, 3), (1, 5), (5, 2)].map {
        LinuxDeviceCgroup(allow: true, type: .character, major: $0, minor: $1, access: "rwm")
      }
    let program = DeviceProgram(usual.map { DeviceRule($0) })
    #expect(program == DeviceProgram([]))
    #expect(program?.instructions.count ?? 0 < 40)
  }

  @Test func aLongListOfRulesIsOneProgram() throws {
    let rules = (0..<2000).map {
      LinuxDeviceCgroup(allow: true, type: .character, major: $0, minor: 0, access: "r")
    }
    let program = try #require(DeviceProgram(rules.map { DeviceRule($0) }))
    let interpreter = Interpreter(instructions: program.instructions)
    #expect(interpreter.answer(character, 1999, 0, read) == 1)
    #expect(interpreter.answer(character, 0, 0, read) == 1)
    #expect(interpreter.answer(character, 2000, 0, read) == 0)
  }
}
