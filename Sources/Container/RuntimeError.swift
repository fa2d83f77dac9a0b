// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON
package import Kernel

/// Why a command failed, with the steps that led there.
///
/// Prints outermost step first: `create c1: mount proc on /proc: mount proc:
/// operation not permitted`.
package struct RuntimeError: Error, CustomStringConvertible {
  /// What callers tell apart.
  package enum Kind: Sendable, Equatable, CaseIterable {
    /// The bundle, its config.json or the pod file is wrong.
    case invalidSpec
    /// No container or pod of that ID.
    case notFound
    /// The ID is taken.
    case alreadyExists
    /// The container or pod is not in a state that allows this.
    case wrongState
    /// A hook has failed.
    case hookFailed
    /// Anything else.
    case failed
  }

  /// What went wrong at the bottom.
  package enum Cause: Sendable {
    /// A system call failed.
    case system(SystemError)
    /// A document is wrong.
    case spec(SpecError)
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
    self.kind = kind
    cause = .message(message)
    steps = []
  }

  /// Puts an error together again from its parts.
  init(_ kind: Kind, _ cause: Cause, steps: [String]) {
    self.kind = kind
    self.cause = cause
    self.steps = steps
  }

  /// Wraps a failed system call.
  package init(_ error: SystemError, _ steps: String...) {
    kind = .failed
    cause = .system(error)
    self.steps = steps
  }

  /// Wraps an error in a document.
  package init(_ error: SpecError, _ steps: String...) {
    kind = .invalidSpec
    cause = .spec(error)
    self.steps = steps
  }

  /// Wraps whatever a body that throws errors of several types threw.
  package init(_ error: any Error, _ steps: String...) {
    switch error {
    case let error as RuntimeError: self = error
    case let error as SystemError: self.init(error)
    case let error as SpecError: self.init(error)
    case let error as CgroupError: self.init(error)
    default: self.init(.failed, "\(error)")
    }
    self.steps = steps + self.steps
  }

  /// The same error, of another kind.
  func `as`(_ kind: Kind) -> RuntimeError { RuntimeError(kind, cause, steps: steps) }

  /// The same error with the step around it named.
  package func adding(_ step: String) -> RuntimeError {
    var copy = self
    copy.steps.insert(step, at: 0)
    return copy
  }

  package var description: String {
    let bottom =
      switch cause {
      case .system(let error): error.description
      case .spec(let error): error.description
      case .message(let text): text
      }
    return (steps + [bottom]).joined(separator: ": ")
  }
}
