// SPDX-License-Identifier: Apache-2.0

internal import RuntimeSpec

extension LimitPlan {
  /// Plans the number of processes.
  mutating func add(_ pids: LinuxPids) {
    guard let limit = pids.limit else { return }
    // No process can be cloned into a cgroup whose limit is 0. With 1 it is the
    // container's first one that gets in, and none that it could fork.
    append(
      LimitWrite(
        "pids.limit", .pids, "pids.max", limit == 0 ? "1" : limitText(limit),
        isRequired: limit >= 0))
  }
}
