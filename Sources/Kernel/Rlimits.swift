// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Resource limits of a process.
package enum Rlimits {
  /// The numbers of the limits by their names (`RLIMIT_NOFILE`, ...), in the
  /// kernel's order.
  package static let names = [
    "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS",
    "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS",
    "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
  ]

  /// Sets a limit of a process (0: of this one).
  ///
  /// The corresponding call is prlimit(2).
  package static func set(
    _ name: String, soft: UInt64, hard: UInt64, of pid: Int32 = 0
  ) throws(RuntimeError) {
    guard let number = names.firstIndex(of: name) else {
      throw RuntimeError(call: "prlimit", errno: EINVAL, subject: name)
    }
    try check(unsafe clinux_prlimit(pid, Int32(number), [soft, hard], nil), "prlimit", name)
  }

  /// Raises the hard limit of this process to a value that it is below, and the
  /// soft one with it.
  ///
  /// The corresponding call is prlimit(2).
  package static func raise(_ name: String, to hard: UInt64) throws(RuntimeError) {
    guard let number = names.firstIndex(of: name) else {
      throw RuntimeError(call: "prlimit", errno: EINVAL, subject: name)
    }
    var current: [UInt64] = [0, 0]
    try check(unsafe clinux_prlimit(0, Int32(number), nil, &current), "prlimit", name)
    if current[1] < hard { try set(name, soft: hard, hard: hard) }
  }
}
