// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel

/// Why a control group could not be made, limited, frozen, killed or removed:
/// one sentence, and a kind that callers tell apart.
package struct CgroupError: Error, Equatable, CustomStringConvertible {
  /// What callers tell apart.
  package enum Kind: Sendable, Equatable {
    /// The configuration asks for what is wrong or what cgroup v2 cannot do.
    case invalidSpec
    /// The configuration needs a controller that the hierarchy does not have.
    case missingController
    /// The kernel does not let this user do it; a rootless caller that was
    /// asked for no limits and no path can go on without a cgroup.
    case permissionDenied
    /// Something is already at the path.
    case alreadyExists
    /// The cgroup is not known to be the one that runp made, and is left alone.
    case notOurs
    /// The deadline passed before the kernel was done.
    case timedOut
    /// systemd, to which the cgroup belongs, does not answer.
    case unreachable
    /// Anything else.
    case failed
  }

  /// What callers tell apart.
  package let kind: Kind
  /// The sentence.
  package let description: String
  /// The system call that failed, if it was one.
  package let cause: SystemError?

  /// Makes an error of a kind, in words.
  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
    cause = nil
  }

  /// Wraps a failed system call, with what it was for.
  init(_ error: SystemError, _ purpose: String? = nil) {
    kind = [EACCES, EPERM, EROFS].contains(error.errno) ? .permissionDenied : .failed
    description = purpose.map { "\($0): \(error)" } ?? error.description
    cause = error
  }

  /// Wraps what a body that throws errors of both types threw.
  init(whatever error: any Error, _ purpose: String) {
    switch error {
    case let error as CgroupError: self = error
    case let error as SystemError: self.init(error, purpose)
    default: self.init(.failed, "\(purpose): \(error)")
    }
  }
}

extension SystemError {
  /// Whether the call failed because the cgroup was removed meanwhile: opening
  /// a file of it answers `ENOENT`, using an open one `ENODEV`.
  var meansRemoved: Bool { errno == ENOENT || errno == ENODEV }
}
