// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// How long a container that ended waits until it is started again.
///
/// A tenth of a second at first, twice as long each time, ten seconds at most:
/// somebody sits at the terminal and waits. A container that ran for ten
/// seconds starts from the beginning.
struct Backoff {
  static let first: UInt64 = 100
  static let longest: UInt64 = 10_000

  private var next = Backoff.first

  /// The delay before the next start in milliseconds.
  ///
  /// `ranLong` says whether the container ran for at least `longest`.
  mutating func delay(ranLong: Bool) -> UInt64 {
    if ranLong { next = Self.first }
    defer { next = min(next * 2, Self.longest) }
    return next
  }
}
