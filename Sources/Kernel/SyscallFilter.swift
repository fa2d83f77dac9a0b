// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import CSeccomp
internal import Glibc

/// A set of rules on system calls that libseccomp compiles for the kernel.
@safe package struct SyscallFilter: ~Copyable {
  /// The rules, as libseccomp holds them.
  private let context: scmp_filter_ctx

  /// Starts a filter for the native architecture without any rule.
  ///
  /// The corresponding function is seccomp_init(3).
  package init(defaultAction: Action) throws(RuntimeError) {
    guard let context = unsafe seccomp_init(defaultAction.rawValue) else {
      // The library does not say more than that it will not have the action.
      throw RuntimeError(call: "seccomp_init", errno: EINVAL)
    }
    unsafe self.context = context
  }

  deinit {
    unsafe seccomp_release(context)
  }

  /// Extends the filter to calls made by another architecture's code; one that
  /// is in it already is left as it is.
  ///
  /// - Throws: `RuntimeError`; `EDOM` when the byte order differs.
  ///
  /// The corresponding function is seccomp_arch_add(3).
  package mutating func add(_ architecture: Architecture) throws(RuntimeError) {
    let result = unsafe seccomp_arch_add(context, architecture.token)
    if result == -EEXIST { return }
    try check(result, "seccomp_arch_add", architecture.name)
  }

  /// Adds a rule that applies when every condition holds.
  ///
  /// On architectures that do not have the call the rule is left out.
  ///
  /// - Parameters:
  ///   - action: what the kernel does; not the filter's default action.
  ///   - number: the call's native number, from `number(of:)`.
  ///   - conditions: at most one for each argument.
  ///   - subject: the call's name, for the error.
  /// - Throws: `RuntimeError` naming `subject`.
  ///
  /// The corresponding function is seccomp_rule_add_array(3).
  package mutating func addRule(
    _ action: Action, number: Int32, where conditions: [Condition], subject: String
  ) throws(RuntimeError) {
    var raw: [scmp_arg_cmp] = []
    for condition in conditions {
      raw.append(
        scmp_arg_cmp(
          arg: condition.argument, op: scmp_compare(rawValue: condition.comparison.rawValue),
          datum_a: condition.value, datum_b: condition.valueTwo))
    }
    let result = unsafe seccomp_rule_add_array(
      context, action.rawValue, number, UInt32(raw.count), raw)
    try check(result, "seccomp_rule_add", subject)
  }

  /// Compiles the rules to classic BPF.
  ///
  /// - Returns: the instructions, eight bytes each.
  ///
  /// The corresponding function is seccomp_export_bpf(3).
  package borrowing func compile() throws(RuntimeError) -> [UInt8] {
    let closeOnExec: UInt32 = 1
    let memory = Descriptor(
      owning: try check(
        unsafe clinux_memfd_create("seccomp", closeOnExec), "memfd_create", "seccomp"))
    try check(unsafe seccomp_export_bpf(context, memory.number), "seccomp_export_bpf")
    try check(negatedErrno(lseek(memory.number, 0, SEEK_SET)), "lseek", "seccomp")
    return try File.readAll(memory, subject: "seccomp")
  }
}

// MARK: - Loading

extension SyscallFilter {
  /// The most instructions that the kernel takes in one filter.
  ///
  /// It is `BPF_MAXINSNS` in the kernel's headers, which Swift does not see.
  package static let mostInstructions = 4096
  /// The size of an instruction in bytes.
  package static let instructionSize = 8

  /// Puts a compiled filter on the calling thread, for good.
  ///
  /// Nothing is allocated on the way, and no call is made after the filter is
  /// in force.
  ///
  /// - Returns: the listener when `flags` ask for one.
  ///
  /// The corresponding call is seccomp(2) with `SECCOMP_SET_MODE_FILTER`.
  package static func load(_ program: [UInt8], flags: Flags) throws(RuntimeError) -> Descriptor? {
    guard !program.isEmpty, program.count % instructionSize == 0,
      let count = UInt16(exactly: program.count / instructionSize)
    else { throw RuntimeError(call: "seccomp", errno: EINVAL, subject: "program size") }
    let result = unsafe program.withUnsafeBytes {
      unsafe clinux_seccomp_load($0.baseAddress, count, flags.rawValue)
    }
    try check(result, "seccomp")
    return flags.contains(.newListener) ? Descriptor(owning: result) : nil
  }

  /// Whether the kernel knows the flags.
  ///
  /// The kernel looks at the flags before the program, so a program that cannot
  /// be read tells whether it would have come that far.
  package static func kernelSupports(_ flags: Flags) -> Bool {
    // This flag is only known together with a listener.
    let asked = flags.contains(.waitKillable) ? flags.union(.newListener) : flags
    return unsafe clinux_seccomp_load(UnsafeRawPointer(bitPattern: 1), 1, asked.rawValue) != -EINVAL
  }

  /// How a filter is loaded (seccomp(2)).
  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// Put the filter on all threads of the process.
    package static let synchronizeThreads = Flags(rawValue: 1 << 0)
    /// Log every action but allowing.
    package static let log = Flags(rawValue: 1 << 1)
    /// Leave speculative store bypass on.
    package static let allowSpeculation = Flags(rawValue: 1 << 2)
    /// Make a listener for calls to decide on.
    package static let newListener = Flags(rawValue: 1 << 3)
    /// Report a thread that cannot be synchronised as `ESRCH`, which a listener
    /// needs, as its descriptor is the result.
    package static let failWithoutThread = Flags(rawValue: 1 << 4)
    /// Once the listener has taken a call, only a fatal signal ends its wait.
    package static let waitKillable = Flags(rawValue: 1 << 5)
  }
}

// MARK: - Vocabulary

extension SyscallFilter {
  /// What the kernel does on a call.
  package struct Action: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
      self.rawValue = rawValue
    }

    /// End the process.
    package static let killProcess = Action(rawValue: 0x8000_0000)
    /// End the thread.
    package static let killThread = Action(rawValue: 0)
    /// Send `SIGSYS`.
    package static let trap = Action(rawValue: 0x0003_0000)
    /// Ask the listener.
    package static let notify = Action(rawValue: 0x7fc0_0000)
    /// Log and allow.
    package static let log = Action(rawValue: 0x7ffc_0000)
    /// Allow.
    package static let allow = Action(rawValue: 0x7fff_0000)

    /// Fail with an error number.
    package static func fail(_ errno: UInt16) -> Action {
      Action(rawValue: 0x0005_0000 | UInt32(errno))
    }

    /// Hand a number to the tracer.
    package static func trace(_ data: UInt16) -> Action {
      Action(rawValue: 0x7ff0_0000 | UInt32(data))
    }

    /// Whether the tracer decides, whatever the number.
    package var isTrace: Bool { rawValue & 0xffff_0000 == Action.trace(0).rawValue }
  }

  /// A kind of machine code that the kernel can run.
  package struct Architecture: Equatable, Sendable {
    /// How libseccomp spells it, such as `x86_64`.
    package let name: String
    /// The library's number for it.
    let token: UInt32

    /// Finds an architecture by libseccomp's name for it.
    ///
    /// - Returns: nil when the library does not know it.
    package init?(named name: String) {
      let token = unsafe seccomp_arch_resolve_name(name)
      if token == 0 { return nil }
      self.name = name
      self.token = token
    }

    private init(token: UInt32) {
      name = "native"
      self.token = token
    }

    /// The one that this program is built for.
    package static var native: Architecture { Architecture(token: seccomp_arch_native()) }

    /// Whether its calls are x86-64's with a bit set in the number.
    package var isX32: Bool { token == Architecture.x32Token }

    /// What the kernel shows a filter as the architecture (`AUDIT_ARCH_*`).
    package var auditValue: UInt32 {
      isX32 ? Architecture.x32AuditValue : token
    }

    /// The bit in the number of a call made by x32 code.
    package static let x32Bit: UInt32 = 0x4000_0000
    /// What the kernel shows for x32 code: x86-64, and only the number differs.
    package static let x32AuditValue: UInt32 = 0xc000_003e
    /// The library tells x32 from x86-64 by a token without the 64-bit mark.
    private static let x32Token: UInt32 = 0x4000_003e

    package static func == (left: Architecture, right: Architecture) -> Bool {
      left.token == right.token
    }
  }

  /// How an argument is compared.
  package enum Comparison: UInt32, Sendable {
    /// Differs from the value.
    case notEqual = 1
    /// Is below the value.
    case less = 2
    /// Is at most the value.
    case lessOrEqual = 3
    /// Is the value.
    case equal = 4
    /// Is at least the value.
    case greaterOrEqual = 5
    /// Is above the value.
    case greater = 6
    /// Is the second value once masked with the first.
    case maskedEqual = 7
  }

  /// What has to hold for an argument of a call.
  package struct Condition: Equatable, Sendable {
    /// The argument, counted from 0.
    package let argument: UInt32
    /// How it is compared.
    package let comparison: Comparison
    /// What it is compared with.
    package let value: UInt64
    /// The second value of `maskedEqual`.
    package let valueTwo: UInt64

    /// Makes a condition from its parts.
    package init(argument: UInt32, _ comparison: Comparison, _ value: UInt64, _ valueTwo: UInt64) {
      self.argument = argument
      self.comparison = comparison
      self.value = value
      self.valueTwo = valueTwo
    }
  }

  /// The number under which `addRule` takes a call, negative for one that only
  /// other architectures have.
  ///
  /// - Returns: nil when the library knows no call of that name.
  ///
  /// The corresponding function is seccomp_syscall_resolve_name(3).
  package static func number(of name: String) -> Int32? {
    let number = unsafe seccomp_syscall_resolve_name(name)
    return number == -1 ? nil : number
  }

  /// The number of a call on one architecture, x32's bit included.
  ///
  /// - Returns: nil when the architecture has no such call.
  ///
  /// The corresponding function is seccomp_syscall_resolve_name_arch(3).
  package static func number(of name: String, on architecture: Architecture) -> UInt32? {
    UInt32(exactly: unsafe seccomp_syscall_resolve_name_arch(architecture.token, name))
  }

  /// The machine and the kernel's release, which decide what a profile compiles
  /// to.
  ///
  /// The corresponding call is uname(2).
  package static var kernel: String {
    var name = utsname()
    guard unsafe uname(&name) == 0 else { return "unknown" }
    return unsafe withUnsafePointer(to: &name) { name in
      let machine = unsafe withUnsafeBytes(of: name.pointee.machine) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      let release = unsafe withUnsafeBytes(of: name.pointee.release) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      return "\(machine) \(release)"
    }
  }

  /// The version of libseccomp, such as `2.5.4`.
  ///
  /// The corresponding function is seccomp_version(3).
  package static var libraryVersion: String {
    guard let version = unsafe seccomp_version()?.pointee else { return "unknown" }
    return "\(version.major).\(version.minor).\(version.micro)"
  }
}
