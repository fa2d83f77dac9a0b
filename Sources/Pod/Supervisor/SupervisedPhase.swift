// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Where a container is in its life under supervision.
enum SupervisedPhase: Equatable {
  /// Not created yet.
  case absent
  /// Created, not started.
  case created
  /// Started.
  case running
  /// Ended, to be made again at a moment.
  case waiting(Deadline)
  /// Ended for good.
  case over

  /// Whether it has ended for good.
  var isOver: Bool { self == .over }

  /// Whether there is a process that a signal can reach.
  var hasProcess: Bool { self == .created || self == .running }
}
