// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// What can be done to containers, a file a verb.
package enum Lifecycle {
  /// When the kernel has had its time to end processes and empty a cgroup, and
  /// others theirs to answer: ten seconds from now.
  package static var patience: Deadline { .after(milliseconds: 10_000) }
}
