// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// The program that the kernel runs at each access to a device.
///
/// Rules are asked from the last to the first. Each bit of an access is decided
/// by the first rule met that names the device and the bit, so a rule that
/// denies writing also denies opening for reading and writing. What no rule
/// decides is denied.
struct DeviceProgram: Equatable {
  /// The instructions, one `struct bpf_insn` of a little-endian machine a word.
  private(set) var instructions: [UInt64] = []

  /// Makes the program for the rules of a configuration, with the defaults
  /// behind them.
  ///
  /// - Returns: nil when everything is allowed, which needs no program.
  init?(_ rules: [DeviceRule]) {
    if Self.allowEverything(rules) { return nil }
    load()
    for rule in (rules + DeviceRule.defaults).reversed() {
      add(rule)
      // The verifier refuses what cannot be reached.
      if rule.isAboutAll { return }
    }
    answer(0)
  }

  /// Whether the rules leave nothing denied: a last rule for all of
  /// everything, and nothing denied after it.
  private static func allowEverything(_ rules: [DeviceRule]) -> Bool {
    for rule in rules.reversed() {
      if !rule.allows { return false }
      if rule.isAboutAll { return true }
    }
    return false
  }

  /// Takes `struct bpf_cgroup_dev_ctx`, which register 1 points to, apart:
  /// kind in 2, the bits of the access in 3, major in 4, minor in 5.
  private mutating func load() {
    append(.loadWord, 2, 1, offset: 0)
    append(.copy, 3, 2)
    append(.shiftRight, 3, value: 16)
    append(.and, 2, value: 0xffff)
    append(.loadWord, 4, 1, offset: 4)
    append(.loadWord, 5, 1, offset: 8)
  }

  private mutating func add(_ rule: DeviceRule) {
    // Jumps go to what follows this rule and are set when that is known.
    var jumps: [Int] = []
    if let kind = rule.kind { jumps.append(append(.jumpUnlessEqual, 2, value: kind.rawValue)) }
    if let major = rule.major { jumps.append(append(.jumpUnlessEqual, 4, value: major)) }
    if let minor = rule.minor { jumps.append(append(.jumpUnlessEqual, 5, value: minor)) }
    if rule.access != .all, rule.allows {
      append(.and, 3, value: ~rule.access.rawValue)
      jumps.append(append(.jumpUnlessEqual, 3, value: 0))
    } else if rule.access != .all {
      append(.jumpIfAny, 3, value: rule.access.rawValue, offset: 1)
      jumps.append(append(.jump, 0))
    }
    answer(rule.allows ? 1 : 0)
    for jump in jumps {
      let distance = UInt16(instructions.count - jump - 1)
      instructions[jump] |= UInt64(distance) << 16
    }
  }

  private mutating func answer(_ value: UInt32) {
    append(.set, 0, value: value)
    append(.exit, 0)
  }

  /// The operations used here, on 32 bits, with the second operand in a
  /// register for `loadWord` and `copy` and in the instruction for the others.
  enum Operation: UInt8 {
    /// Loads from the address in a register.
    case loadWord = 0x61
    /// Copies a register.
    case copy = 0xbc
    /// Sets a register.
    case set = 0xb4
    /// Shifts to the right.
    case shiftRight = 0x74
    /// Masks bits.
    case and = 0x54
    /// Jumps when not equal.
    case jumpUnlessEqual = 0x56
    /// Jumps when one of the bits is set.
    case jumpIfAny = 0x46
    /// Jumps.
    case jump = 0x05
    /// Ends with the answer in register 0.
    case exit = 0x95
  }

  @discardableResult
  private mutating func append(
    _ operation: Operation, _ register: UInt64, _ source: UInt64 = 0, value: UInt32 = 0,
    offset: UInt16 = 0
  ) -> Int {
    instructions.append(
      UInt64(operation.rawValue) | register << 8 | source << 12 | UInt64(offset) << 16
        | UInt64(value) << 32)
    return instructions.count - 1
  }
}

extension Cgroup {
  /// Restricts the devices that processes of the cgroup may use to what the
  /// rules, and the defaults that every container has, allow.
  ///
  /// It is for a cgroup just made. Rules that allow everything attach nothing;
  /// no rules at all allow the defaults only.
  ///
  /// - Throws: `CgroupError` of kind `permissionDenied` in a user namespace,
  ///   where the kernel takes no such programs.
  package borrowing func attachDeviceProgram(_ rules: [DeviceRule]) throws(CgroupError) {
    guard let program = DeviceProgram(rules) else { return }
    do {
      let loaded = try BPF.loadDeviceProgram(program.instructions, name: "runp_devices")
      try BPF.attachDeviceProgram(loaded, to: directory)
    } catch {
      throw CgroupError(error, "restrict the devices of cgroup \(path)")
    }
  }
}
