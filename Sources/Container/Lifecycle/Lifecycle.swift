// SPDX-License-Identifier: Apache-2.0

/// What can be done to containers, a file a verb.
package enum Lifecycle {
  /// How long the kernel gets to end processes and empty a cgroup, in
  /// milliseconds.
  static let patience: UInt64 = 10_000
}
