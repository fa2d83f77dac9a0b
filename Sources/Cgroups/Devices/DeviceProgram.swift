// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// The program that the kernel runs at each access to a device.
///
/// Rules are asked from the last to the first. Each bit of an access is decided
/// by the first rule met that names the device and the bit, so a rule that
/// denies writing also denies opening for reading and writing. What no rule
/// decides is denied.
struct DeviceProgram: Equatable {
  /// What tells a program of runp's from others on the same cgroup, such as
  /// systemd's.
  static let name = "runp_devices"

  /// The instructions, one `struct bpf_insn` of a little-endian machine a word.
  private(set) var instructions: [UInt64] = []

  /// Makes the program for the rules of a configuration, with the defaults
  /// behind them.
  ///
  /// - Returns: nil when everything is allowed, which needs no program.
  init?(_ rules: [DeviceRule]) {
    if Self.allowEverything(rules) { return nil }
    load()
    let needed = rules.filter { rule in !DeviceRule.defaults.contains { $0.includes(rule) } }
    let asked = Array((needed + DeviceRule.defaults).reversed())
    if !addKinds(asked[...]) { answer(0) }
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

  /// Adds rules, with one test of the kind for those of the same kind in a row;
  /// what the verifier takes to load a program grows with its jumps.
  ///
  /// This and the functions below return whether there is an answer to every
  /// access that gets here: nothing may follow then, for the verifier refuses
  /// what cannot be reached.
  private mutating func addKinds(_ rules: ArraySlice<DeviceRule>) -> Bool {
    rules.runs(of: { $0.kind }).contains { run in
      skipping(unless: 2, isEqualTo: run.first?.kind?.rawValue) { $0.addMajors(run) }
    }
  }

  private mutating func addMajors(_ rules: ArraySlice<DeviceRule>) -> Bool {
    rules.runs(of: { $0.major }).contains { run in
      skipping(unless: 4, isEqualTo: run.first?.major) { $0.addMinors(run) }
    }
  }

  /// Rules in a row that give the same answer to all accesses differ in their
  /// minor number only, and share the answer.
  private mutating func addMinors(_ rules: ArraySlice<DeviceRule>) -> Bool {
    let runs = rules.runs(of: { $0.access == .all && $0.minor != nil ? $0.allows : nil })
    return runs.contains { run in
      guard let last = run.last, last.access == .all, last.minor != nil else {
        return run.contains { rule in
          skipping(unless: 5, isEqualTo: rule.minor) { $0.addAccess(rule) }
        }
      }
      let matches = run.dropLast().map { append(.jumpIfEqual, 5, value: $0.minor ?? 0) }
      return skipping(unless: 5, isEqualTo: last.minor) { program in
        for match in matches { program.land(match) }
        return program.answer(last.allows ? 1 : 0)
      }
    }
  }

  private mutating func addAccess(_ rule: DeviceRule) -> Bool {
    if rule.access == .all { return answer(rule.allows ? 1 : 0) }
    if rule.allows {
      append(.and, 3, value: ~rule.access.rawValue)
      return skipping(unless: 3, isEqualTo: 0) { $0.answer(1) }
    }
    append(.jumpIfAny, 3, value: rule.access.rawValue, offset: 1)
    let other = append(.jump, 0)
    answer(0)
    land(other)
    return false
  }

  /// Adds instructions that are skipped unless a register has a value; nil is
  /// any value.
  private mutating func skipping(
    unless register: UInt64, isEqualTo value: UInt32?, _ body: (inout DeviceProgram) -> Bool
  ) -> Bool {
    guard let value else { return body(&self) }
    let jump = append(.jumpUnlessEqual, register, value: value)
    _ = body(&self)
    land(jump)
    return false
  }

  /// Lets a jump go to what is added next.
  private mutating func land(_ jump: Int) {
    instructions[jump] |= UInt64(UInt16(instructions.count - jump - 1)) << 16
  }

  @discardableResult
  private mutating func answer(_ value: UInt32) -> Bool {
    append(.set, 0, value: value)
    append(.exit, 0)
    return true
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
    /// Jumps when equal.
    case jumpIfEqual = 0x16
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

extension ArraySlice<DeviceRule> {
  /// As many rules as a jump of 15 bits gets over, whatever they say.
  private static var longestRun: Int { 4096 }

  /// The parts in which a property stays the same.
  fileprivate func runs<Key: Equatable>(of key: (DeviceRule) -> Key) -> [Self] {
    var runs: [Self] = []
    var rest = self
    while let first = rest.first {
      let run = rest.prefix(Self.longestRun).prefix { key($0) == key(first) }
      runs.append(run)
      rest = rest.dropFirst(run.count)
    }
    return runs
  }
}

extension Cgroup {
  /// Restricts the devices that processes of the cgroup may use to what the
  /// rules, and the defaults that every container has, allow.
  ///
  /// It is for a cgroup just made. Rules that allow everything attach nothing;
  /// no rules at all allow the defaults only. The program is one of `shared`.
  ///
  /// - Throws: `RuntimeError` of kind `permissionDenied` in a user namespace,
  ///   where the kernel takes no such programs.
  package borrowing func attachDeviceProgram(
    _ rules: [DeviceRule], from shared: SharedDevicePrograms
  ) throws(RuntimeError) {
    guard let program = DeviceProgram(rules) else { return }
    do {
      try shared.attach(program) { one throws(RuntimeError) in
        try BPF.attachDeviceProgram(one, to: directory)
      }
    } catch {
      throw error.adding("restrict the devices of cgroup \(path)")
    }
  }
}
