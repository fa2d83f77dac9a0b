// SPDX-License-Identifier: Apache-2.0

internal import Kernel
package import RuntimeSpec

// What the words of `linux.seccomp` stand for in the kernel and libseccomp.

extension LinuxSeccompAction {
  /// The action in the kernel, with its number where it takes one.
  func action(number: UInt16) -> SyscallFilter.Action {
    switch self {
    case .kill, .killThread: .killThread
    case .killProcess: .killProcess
    case .trap: .trap
    case .errno: .fail(number)
    case .trace: .trace(number)
    case .allow: .allow
    case .log: .log
    case .notify: .notify
    }
  }
}

extension LinuxSeccompOperator {
  /// The comparison in libseccomp.
  var comparison: SyscallFilter.Comparison {
    switch self {
    case .notEqual: .notEqual
    case .lessThan: .less
    case .lessEqual: .lessOrEqual
    case .equalTo: .equal
    case .greaterEqual: .greaterOrEqual
    case .greaterThan: .greater
    case .maskedEqual: .maskedEqual
    }
  }
}

extension LinuxSeccompFlag {
  /// The flag of seccomp(2).
  var flag: SyscallFilter.Flags {
    switch self {
    case .tsync: .synchronizeThreads
    case .log: .log
    case .specAllow: .allowSpeculation
    case .waitKillableRecv: .waitKillable
    }
  }

  /// The flags that the running kernel takes, for `features`.
  package static var supported: [LinuxSeccompFlag] {
    allCases.filter { SyscallFilter.kernelSupports($0.flag) }
  }
}

extension Arch {
  /// The architecture in libseccomp, nil for one that this build's cannot
  /// compile for.
  var architecture: SyscallFilter.Architecture? {
    // The library's names are the specification's, in lower case and without
    // the prefix.
    SyscallFilter.Architecture(named: rawValue.dropFirst("SCMP_ARCH_".count).lowercased())
  }
}
