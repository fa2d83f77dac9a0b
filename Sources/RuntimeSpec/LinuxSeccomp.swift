// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The system call filter of a container.
package struct LinuxSeccomp: Equatable, Sendable {
  /// What happens to a call that no rule names.
  package var defaultAction: LinuxSeccompAction
  /// The error number of the default action.
  package var defaultErrnoRet: UInt32?
  /// The architectures beside the native one.
  package var architectures: [Arch]
  /// Flags of seccomp(2); nil lets the runtime choose, empty means none.
  package var flags: [LinuxSeccompFlag]?
  /// The socket that gets the descriptor of notifications.
  package var listenerPath: String?
  /// What is sent along with that descriptor.
  package var listenerMetadata: String?
  /// The rules.
  package var syscalls: [LinuxSyscall]

  /// Makes a filter from its parts.
  package init(
    defaultAction: LinuxSeccompAction, defaultErrnoRet: UInt32? = nil,
    architectures: [Arch] = [], flags: [LinuxSeccompFlag]? = nil, listenerPath: String? = nil,
    listenerMetadata: String? = nil, syscalls: [LinuxSyscall] = []
  ) {
    self.defaultAction = defaultAction
    self.defaultErrnoRet = defaultErrnoRet
    self.architectures = architectures
    self.flags = flags
    self.listenerPath = listenerPath
    self.listenerMetadata = listenerMetadata
    self.syscalls = syscalls
  }
}

extension LinuxSeccomp: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    defaultAction = try json.requiredWord("defaultAction")
    defaultErrnoRet = try json.integer("defaultErrnoRet")
    architectures = try json.words("architectures") ?? []
    flags = try json.words("flags")
    listenerPath = try json.nonEmptyString("listenerPath")
    listenerMetadata = try json.nonEmptyString("listenerMetadata")
    syscalls = try json.objects("syscalls")
  }
}

/// A rule about system calls.
package struct LinuxSyscall: Equatable, Sendable {
  /// The calls that it is about; names that the kernel lacks are skipped, and
  /// without any the rule is about nothing.
  package var names: [String]
  /// What happens to them.
  package var action: LinuxSeccompAction
  /// The error number of the action.
  package var errnoRet: UInt32?
  /// Conditions on the arguments.
  package var args: [LinuxSeccompArg]

  /// Makes a rule from its parts.
  package init(
    names: [String], action: LinuxSeccompAction, errnoRet: UInt32? = nil,
    args: [LinuxSeccompArg] = []
  ) {
    self.names = names
    self.action = action
    self.errnoRet = errnoRet
    self.args = args
  }
}

extension LinuxSyscall: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    guard let names = try json.strings("names") else { throw json.missing("names") }
    self.names = names
    action = try json.requiredWord("action")
    errnoRet = try json.integer("errnoRet")
    args = try json.objects("args")
  }
}

/// A condition on an argument of a system call.
package struct LinuxSeccompArg: Equatable, Sendable {
  /// Which argument, 0 to 5.
  package var index: UInt32
  /// What it is compared with; a mask for `maskedEqual`.
  package var value: UInt64
  /// What the masked argument must be, for `maskedEqual`.
  package var valueTwo: UInt64
  /// How it is compared.
  package var op: LinuxSeccompOperator

  /// Makes a condition from its parts.
  package init(index: UInt32, value: UInt64, valueTwo: UInt64 = 0, op: LinuxSeccompOperator) {
    self.index = index
    self.value = value
    self.valueTwo = valueTwo
    self.op = op
  }
}

extension LinuxSeccompArg: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    index = try json.requiredInteger("index")
    value = try json.requiredInteger("value")
    valueTwo = try json.integer("valueTwo") ?? 0
    op = try json.requiredWord("op")
  }
}

/// What can happen to a system call.
package enum LinuxSeccompAction: String, CaseIterable, Sendable {
  case kill = "SCMP_ACT_KILL"
  case killProcess = "SCMP_ACT_KILL_PROCESS"
  case killThread = "SCMP_ACT_KILL_THREAD"
  case trap = "SCMP_ACT_TRAP"
  case errno = "SCMP_ACT_ERRNO"
  case trace = "SCMP_ACT_TRACE"
  case allow = "SCMP_ACT_ALLOW"
  case log = "SCMP_ACT_LOG"
  case notify = "SCMP_ACT_NOTIFY"

  /// The largest error number that the action carries; nil when it carries none.
  package var largestErrno: UInt32? {
    switch self {
    // The kernel's largest is 4095, and libseccomp stops below it.
    case .errno: 4094
    // The room that a tracer's message has.
    case .trace: UInt32(UInt16.max)
    default: nil
    }
  }
}

/// How an argument can be compared.
package enum LinuxSeccompOperator: String, CaseIterable, Sendable {
  case notEqual = "SCMP_CMP_NE"
  case lessThan = "SCMP_CMP_LT"
  case lessEqual = "SCMP_CMP_LE"
  case equalTo = "SCMP_CMP_EQ"
  case greaterEqual = "SCMP_CMP_GE"
  case greaterThan = "SCMP_CMP_GT"
  case maskedEqual = "SCMP_CMP_MASKED_EQ"
}

/// The flags of seccomp(2).
package enum LinuxSeccompFlag: String, CaseIterable, Sendable {
  case tsync = "SECCOMP_FILTER_FLAG_TSYNC"
  case log = "SECCOMP_FILTER_FLAG_LOG"
  case specAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  case waitKillableRecv = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
}

/// The architectures that a filter can cover.
package enum Arch: String, CaseIterable, Sendable {
  case x86 = "SCMP_ARCH_X86"
  case amd64 = "SCMP_ARCH_X86_64"
  case x32 = "SCMP_ARCH_X32"
  case arm = "SCMP_ARCH_ARM"
  case aarch64 = "SCMP_ARCH_AARCH64"
  case mips = "SCMP_ARCH_MIPS"
  case mips64 = "SCMP_ARCH_MIPS64"
  case mips64n32 = "SCMP_ARCH_MIPS64N32"
  case mipsel = "SCMP_ARCH_MIPSEL"
  case mipsel64 = "SCMP_ARCH_MIPSEL64"
  case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
  case ppc = "SCMP_ARCH_PPC"
  case ppc64 = "SCMP_ARCH_PPC64"
  case ppc64le = "SCMP_ARCH_PPC64LE"
  case s390 = "SCMP_ARCH_S390"
  case s390x = "SCMP_ARCH_S390X"
  case parisc = "SCMP_ARCH_PARISC"
  case parisc64 = "SCMP_ARCH_PARISC64"
  case riscv64 = "SCMP_ARCH_RISCV64"
  case loongarch64 = "SCMP_ARCH_LOONGARCH64"
  case m68k = "SCMP_ARCH_M68K"
  case sh = "SCMP_ARCH_SH"
  case sheb = "SCMP_ARCH_SHEB"
}
