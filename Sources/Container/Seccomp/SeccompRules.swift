// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// A profile with its words understood, before libseccomp sees it.
struct SeccompRules {
  /// One call and what is done with it.
  struct Rule {
    let name: String
    let number: Int32
    let action: SyscallFilter.Action
    /// Each set is a rule of its own; within a set, all conditions must hold.
    let conditionSets: [[SyscallFilter.Condition]]
  }

  let defaultAction: SyscallFilter.Action
  private(set) var architectures = [SyscallFilter.Architecture.native]
  private(set) var flags = SyscallFilter.Flags.allowSpeculation
  private(set) var rules: [Rule] = []
  /// The names that libseccomp does not know.
  private(set) var unknownSyscalls: [String] = []

  /// Reads a profile.
  init(_ profile: LinuxSeccomp) throws(SpecError) {
    if profile.defaultAction == .notify {
      throw SpecError(
        path: "linux.seccomp.defaultAction",
        reason: "SCMP_ACT_NOTIFY would hold up the hand-over of the listener itself")
    }
    defaultAction = try SeccompRules.action(
      profile.defaultAction, profile.defaultErrnoRet, at: "linux.seccomp.defaultErrnoRet")
    for name in profile.architectures {
      // What this libseccomp lacks, this machine's kernel cannot run either;
      // could it, the filter would kill the code.
      guard let architecture = name.architecture, !architectures.contains(architecture)
      else { continue }
      architectures.append(architecture)
    }
    if let flags = profile.flags { try readFlags(flags) }
    for (index, call) in profile.syscalls.enumerated() {
      try read(call, at: "linux.seccomp.syscalls[\(index)]")
    }
    try settleListener(path: profile.listenerPath, metadata: profile.listenerMetadata)
  }

  private mutating func readFlags(_ words: [LinuxSeccompFlag]) throws(SpecError) {
    flags = []
    for (index, word) in words.enumerated() {
      guard SyscallFilter.kernelSupports(word.flag) else {
        throw SpecError(
          path: "linux.seccomp.flags[\(index)]",
          reason: "\(word.rawValue) is not supported by this kernel")
      }
      flags.insert(word.flag)
    }
  }

  private mutating func read(_ call: LinuxSyscall, at path: String) throws(SpecError) {
    let action = try SeccompRules.action(call.action, call.errnoRet, at: "\(path).errnoRet")
    let conditionSets = try SeccompRules.conditionSets(call.args, at: path)
    for name in call.names {
      guard let number = SyscallFilter.number(of: name) else {
        if !unknownSyscalls.contains(name) { unknownSyscalls.append(name) }
        continue
      }
      if action == .notify, name == "write" {
        throw SpecError(
          path: path,
          reason: "write cannot be SCMP_ACT_NOTIFY: the listener is handed over with it")
      }
      rules.append(
        Rule(name: name, number: number, action: action, conditionSets: conditionSets))
    }
  }

  private mutating func settleListener(path: String?, metadata: String?) throws(SpecError) {
    if metadata != nil, path == nil {
      throw SpecError(
        path: "linux.seccomp.listenerMetadata", reason: "set without a listenerPath")
    }
    guard rules.contains(where: { $0.action == .notify }) else {
      // The kernel refuses it where nothing can wait for a listener.
      flags.remove(.waitKillable)
      return
    }
    guard path != nil else {
      throw SpecError(
        path: "linux.seccomp.listenerPath", reason: "needed by a rule with SCMP_ACT_NOTIFY")
    }
    flags.insert(.newListener)
    if flags.contains(.synchronizeThreads) { flags.insert(.failWithoutThread) }
  }

  private static func action(
    _ word: LinuxSeccompAction, _ number: UInt32?, at path: String
  ) throws(SpecError) -> SyscallFilter.Action {
    guard let number else { return word.action(number: UInt16(EPERM)) }
    guard let largest = word.largestErrno else {
      throw SpecError(path: path, reason: "\(word.rawValue) takes no error number")
    }
    guard number <= largest else {
      throw SpecError(path: path, reason: "\(number) is above \(largest)")
    }
    return word.action(number: UInt16(number))
  }

  /// The conditions of a rule, as sets that each become a rule of their own.
  ///
  /// libseccomp takes one condition an argument. Where a profile has more, each
  /// of its conditions stands alone, so that any one of them is enough: what
  /// Docker's profiles have meant by it since they were first written.
  private static func conditionSets(
    _ arguments: [LinuxSeccompArg], at path: String
  ) throws(SpecError) -> [[SyscallFilter.Condition]] {
    var conditions: [SyscallFilter.Condition] = []
    for (index, argument) in arguments.enumerated() {
      guard argument.index <= 5 else {
        throw SpecError(
          path: "\(path).args[\(index)].index",
          reason: "\(argument.index) is above 5, the last argument")
      }
      conditions.append(
        SyscallFilter.Condition(
          argument: argument.index, argument.op.comparison, argument.value, argument.valueTwo))
    }
    let distinct = Set(conditions.map(\.argument))
    return distinct.count == conditions.count ? [conditions] : conditions.map { [$0] }
  }
}
