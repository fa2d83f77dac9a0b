// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
package import RuntimeSpec

/// From `linux.seccomp` to a program for the kernel.
package enum SeccompTranslation {
  /// Compiles a profile.
  ///
  /// - Throws: `RuntimeError` naming the property that is wrong, or the rule
  ///   that libseccomp will not have.
  package static func compile(_ profile: LinuxSeccomp) throws(RuntimeError) -> SeccompProgram {
    let rules: SeccompRules
    do { rules = try SeccompRules(profile) } catch { throw RuntimeError(error) }
    let filter: [UInt8]
    do {
      filter = try compile(rules)
    } catch {
      throw RuntimeError(error, "linux.seccomp")
    }
    let program = stub(for: rules) + filter
    let count = program.count / SyscallFilter.instructionSize
    if count > SyscallFilter.mostInstructions {
      throw RuntimeError(
        .invalidSpec,
        "linux.seccomp: compiles to \(count) instructions, the kernel takes no more than"
          + " \(SyscallFilter.mostInstructions)")
    }
    return SeccompProgram(
      instructions: program, flags: rules.flags, unknownSyscalls: rules.unknownSyscalls)
  }

  private static func compile(_ rules: SeccompRules) throws(SystemError) -> [UInt8] {
    var filter = try SyscallFilter(defaultAction: rules.defaultAction)
    for architecture in rules.architectures { try filter.add(architecture) }
    // libseccomp refuses rules that say what holds anyway.
    for rule in rules.rules where rule.action != rules.defaultAction {
      for conditions in rule.conditionSets {
        try filter.addRule(
          rule.action, number: rule.number, where: conditions, subject: rule.name)
      }
    }
    return try filter.compile()
  }

  /// The instructions that answer calls newer than the profile, none where the
  /// default action lets such calls reach the kernel or says `ENOSYS` itself.
  private static func stub(for rules: SeccompRules) -> [UInt8] {
    let action = rules.defaultAction
    if action == .allow || action == .log || action.isTrace || action == .fail(UInt16(ENOSYS)) {
      return []
    }
    return UnknownSyscallStub(
      names: rules.rules.map(\.name), architectures: rules.architectures
    ).instructions
  }
}
