// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import JSON
internal import Kernel

extension RuntimeError {
  /// The same error with the step around it, whatever its type.
  init(wrapping error: any Error, _ step: String) {
    switch error {
    case let error as RuntimeError: self = error.adding(step)
    case let error as SystemError: self = RuntimeError(error, step)
    case let error as SpecError: self = RuntimeError(error, step)
    case let error as CgroupError:
      let kind: Kind = error.kind == .invalidSpec ? .invalidSpec : .failed
      self = RuntimeError(kind, error.description).adding(step)
    default: self = RuntimeError(.failed, "\(error)").adding(step)
    }
  }
}
