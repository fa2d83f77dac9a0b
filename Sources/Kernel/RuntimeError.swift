// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Why something could not be done, with the steps that led there: the one error
/// type of all that runp does, but for reading documents and the command line.
///
/// Prints outermost step first: `create c1: mount proc on /proc: mount proc:
/// operation not permitted`. Functions that say they throw for a failed system
/// call have an `errno` in it.
package struct RuntimeError: Error, Equatable, CustomStringConvertible {
  /// What callers tell apart; between processes by the place in this list.
  package enum Kind: Sendable, Equatable, CaseIterable {
    /// The bundle, its config.json or the pod file is wrong, or asks for what
    /// cgroup v2 cannot do.
    case invalidSpec
    /// No container or pod of that ID.
    case notFound
    /// The ID or the path is taken.
    case alreadyExists
    /// The container or pod is not in a state that allows this.
    case wrongState
    /// A hook has failed.
    case hookFailed
    /// Anything else.
    case failed
    /// The configuration needs a controller that the hierarchy does not have.
    case missingController
    /// The kernel does not let this user do it; a rootless caller that was
    /// asked for no limits and no path can go on without a cgroup.
    case permissionDenied
    /// The cgroup is not known to be the one that runp made, and is left alone.
    case notOurs
    /// The deadline passed before the kernel was done.
    case timedOut
    /// systemd, to which the cgroup belongs, does not answer.
    case unreachable
  }

  /// What went wrong at the bottom.
  package enum Cause: Sendable, Equatable {
    /// A system call failed: its name as its man page has it, the error number
    /// (errno(3)), and the path, file or object that it was about.
    case call(String, errno: Int32, subject: String?)
    /// A document is wrong at a path in it.
    case document(path: String, reason: String)
    /// Anything else, in words.
    case message(String)
  }

  /// What callers tell apart.
  package let kind: Kind
  /// What went wrong at the bottom.
  package let cause: Cause
  /// What was being done, outermost first.
  package private(set) var steps: [String]

  /// Makes an error of a kind, in words.
  package init(_ kind: Kind, _ message: String) {
    self.init(kind, .message(message), steps: [])
  }

  /// Puts an error together from its parts.
  package init(_ kind: Kind, _ cause: Cause, steps: [String]) {
    self.kind = kind
    self.cause = cause
    self.steps = steps
  }

  /// Makes the error of a system call that failed.
  package init(call: String, errno: Int32, subject: String? = nil) {
    let kind: Kind =
      switch errno {
      case EACCES, EPERM, EROFS: .permissionDenied
      default: .failed
      }
    self.init(kind, .call(call, errno: errno, subject: subject), steps: [])
  }

  /// The same error with the step around it named.
  package func adding(_ step: String) -> RuntimeError {
    var copy = self
    copy.steps.insert(step, at: 0)
    return copy
  }

  /// The same error, with the step around it named unless it has one already.
  ///
  /// What is told in words says by itself what it is about.
  package func addingIfBare(_ step: String) -> RuntimeError {
    if case .message = cause { return self }
    return steps.isEmpty ? adding(step) : self
  }

  /// The same error, of another kind.
  package func `as`(_ kind: Kind) -> RuntimeError { RuntimeError(kind, cause, steps: steps) }

  /// The number of the system call's error; 0 if none has failed.
  package var errno: Int32 {
    if case .call(_, let errno, _) = cause { errno } else { 0 }
  }

  /// Whether what was read was gone: opening a file of what was removed
  /// meanwhile answers `ENOENT`, using an open one of a cgroup `ENODEV`.
  package var meansRemoved: Bool { errno == ENOENT || errno == ENODEV }

  package var description: String {
    let bottom =
      switch cause {
      case .call(let call, let errno, .none): "\(call): \(Self.reason(errno))"
      case .call(let call, let errno, let subject?): "\(call) \(subject): \(Self.reason(errno))"
      case .document("", let reason): reason
      case .document(let path, let reason): "\(path): \(reason)"
      case .message(let text): text
      }
    return (steps + [bottom]).joined(separator: ": ")
  }

  /// The words for an error number, as strerror(3) has them in the C locale, but
  /// in lower case where they are no abbreviation, such as `RFS`.
  ///
  /// containerd, CRI-O, podman and docker have no other way to tell "gone" from
  /// "broken" than to search the message for words, some in lower case only:
  /// `no such process`, `no such file or directory`, `permission denied`.
  package static func reason(_ errno: Int32) -> String {
    let words = unsafe String(cString: strerror(errno))
    guard let first = words.first, let second = words.dropFirst().first, !second.isUppercase
    else { return words }
    return first.lowercased() + words.dropFirst()
  }
}
