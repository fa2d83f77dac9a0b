// SPDX-License-Identifier: Apache-2.0

internal import JSON
package import Kernel

/// A profile compiled for the kernel of this machine.
package struct SeccompProgram: Equatable, Sendable {
  /// Classic BPF, eight bytes an instruction.
  package let instructions: [UInt8]
  /// How to load it.
  package let flags: SyscallFilter.Flags
  /// The calls that the profile names and libseccomp does not know; their rules
  /// are left out.
  package let unknownSyscalls: [String]

  /// Makes a program from its parts.
  package init(
    instructions: [UInt8], flags: SyscallFilter.Flags, unknownSyscalls: [String]
  ) {
    self.instructions = instructions
    self.flags = flags
    self.unknownSyscalls = unknownSyscalls
  }

  /// Whether some calls are decided by a listener, which `load` then returns.
  package var needsListener: Bool { flags.contains(.newListener) }

  /// A warning for calls that are left out, nil when there are none.
  package var unknownWarning: String? {
    if unknownSyscalls.isEmpty { return nil }
    return "ignoring system calls unknown to libseccomp: "
      + unknownSyscalls.joined(separator: ", ")
  }

  /// Fails when calls are left out, for those who asked for it
  /// (`run.oci.seccomp_fail_unknown_syscall`).
  package func requireKnownSyscalls() throws(RuntimeError) {
    guard let name = unknownSyscalls.first else { return }
    throw RuntimeError(.invalidSpec, "linux.seccomp.syscalls: unknown system call \(name.quoted)")
  }

  /// Puts the program on the calling thread, for good.
  ///
  /// - Returns: the listener that decides some of the calls, if one does.
  ///
  /// Without `no_new_privs` it takes `CAP_SYS_ADMIN`. From here on every call
  /// is subject to the profile.
  package func load() throws(RuntimeError) -> Descriptor? {
    try SyscallFilter.load(instructions, flags: flags)
  }
}
