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

  /// Reads a profile that has been validated.
  ///
  /// - Throws: `SpecError` for a flag that the kernel does not take.
  init(_ profile: LinuxSeccomp) throws(SpecError) {
    defaultAction = SeccompRules.action(profile.defaultAction, profile.defaultErrnoRet)
    for name in profile.architectures {
      // What this libseccomp lacks, this machine's kernel cannot run either;
      // could it, the filter would kill the code.
      guard let architecture = name.architecture, !architectures.contains(architecture)
      else { continue }
      architectures.append(architecture)
    }
    if let flags = profile.flags { try readFlags(flags) }
    for call in profile.syscalls { read(call) }
    settleListener()
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

  private mutating func read(_ call: LinuxSyscall) {
    let action = SeccompRules.action(call.action, call.errnoRet)
    let conditionSets = SeccompRules.conditionSets(call.args)
    for name in call.names {
      guard let number = SyscallFilter.number(of: name) else {
        if !unknownSyscalls.contains(name) { unknownSyscalls.append(name) }
        continue
      }
      rules.append(
        Rule(name: name, number: number, action: action, conditionSets: conditionSets))
    }
  }

  private mutating func settleListener() {
    guard rules.contains(where: { $0.action == .notify }) else {
      // The kernel refuses it where nothing can wait for a listener.
      flags.remove(.waitKillable)
      return
    }
    flags.insert(.newListener)
    if flags.contains(.synchronizeThreads) { flags.insert(.failWithoutThread) }
  }

  private static func action(
    _ word: LinuxSeccompAction, _ number: UInt32?
  ) -> SyscallFilter.Action {
    word.action(number: UInt16(clamping: number ?? UInt32(EPERM)))
  }

  /// The conditions of a rule, as sets that each become a rule of their own.
  ///
  /// libseccomp takes one condition an argument. Where a profile has more, each
  /// of its conditions stands alone, so that any one of them is enough: what
  /// Docker's profiles have meant by it since they were first written.
  private static func conditionSets(
    _ arguments: [LinuxSeccompArg]
  ) -> [[SyscallFilter.Condition]] {
    let conditions = arguments.map {
      SyscallFilter.Condition(argument: $0.index, $0.op.comparison, $0.value, $0.valueTwo)
    }
    let distinct = Set(conditions.map { $0.argument })
    return distinct.count == conditions.count ? [conditions] : conditions.map { [$0] }
  }
}
