// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel
package import RuntimeSpec

/// From `linux.seccomp` to a program for the kernel.
package enum SeccompTranslation {
  /// Compiles a profile that has been validated.
  ///
  /// - Throws: `RuntimeError` naming the flag that the kernel does not take, or
  ///   the rule that libseccomp will not have.
  package static func compile(_ profile: LinuxSeccomp) throws(RuntimeError) -> SeccompProgram {
    let rules: SeccompRules
    do { rules = try SeccompRules(profile) } catch { throw RuntimeError(error) }
    let program: [FilterInstruction]
    do {
      program = try compile(rules)
    } catch {
      throw error.adding("linux.seccomp")
    }
    if program.count > SyscallFilter.mostInstructions {
      throw RuntimeError(
        .invalidSpec,
        "linux.seccomp: compiles to \(program.count) instructions, the kernel takes no more than"
          + " \(SyscallFilter.mostInstructions)")
    }
    return SeccompProgram(
      instructions: program.program, flags: rules.flags, unknownSyscalls: rules.unknownSyscalls)
  }

  /// The program as it is loaded.
  private static func compile(_ rules: SeccompRules) throws(RuntimeError) -> [FilterInstruction] {
    rearranged(
      try list(of: rules), architectures: Set(rules.architectures.map { $0.auditValue }))
  }

  /// The same program as a tree, where that is shorter and the program is one
  /// that can be foreseen.
  static func rearranged(
    _ program: [FilterInstruction], architectures: Set<UInt32>
  ) -> [FilterInstruction] {
    guard let answers = SyscallAnswers(of: program, auditValues: architectures) else {
      return program
    }
    let slice = FilterSlice(of: program, from: answers.entries)
    let tree = DecisionTree(answers, before: slice).instructions
    return tree.count < program.count ? tree : program
  }

  /// The rules as libseccomp compiles them, behind the stub.
  static func list(of rules: SeccompRules) throws(RuntimeError) -> [FilterInstruction] {
    var filter = try SyscallFilter(defaultAction: rules.defaultAction)
    for architecture in rules.architectures { try filter.add(architecture) }
    // libseccomp refuses rules that say what holds anyway.
    for rule in rules.rules where rule.action != rules.defaultAction {
      for conditions in rule.conditionSets {
        try filter.addRule(
          rule.action, number: rule.number, where: conditions, subject: rule.name)
      }
    }
    return stub(for: rules) + [FilterInstruction](program: try filter.compile())
  }

  /// The instructions that answer calls newer than the profile, none where the
  /// default action lets such calls reach the kernel or says `ENOSYS` itself.
  private static func stub(for rules: SeccompRules) -> [FilterInstruction] {
    let action = rules.defaultAction
    if action == .allow || action == .log || action.isTrace || action == .fail(UInt16(ENOSYS)) {
      return []
    }
    return UnknownSyscallStub(
      names: rules.rules.map { $0.name }, architectures: rules.architectures
    ).instructions
  }
}
