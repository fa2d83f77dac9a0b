// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

extension LimitPlan {
  /// Files whose writing would not limit the container but undo how it is run:
  /// move processes of the host, kill or freeze it, or let no process in.
  private static let reserved = [
    "cgroup.procs", "cgroup.threads", "cgroup.kill", "cgroup.freeze", "cgroup.subtree_control",
    "cgroup.type",
  ]

  /// Plans the files that are given by name, after all others.
  mutating func add(unified files: OrderedMap<String>) throws(RuntimeError) {
    for file in files {
      let property = "unified.\(file.key)"
      if Self.reserved.contains(file.key) {
        throw Self.invalid(property, "runp itself writes that file")
      }
      let parts = file.key.split(separator: ".", maxSplits: 1)
      let controller =
        parts.last == "pressure" ? nil : parts.first.flatMap { Controllers(name: $0) }
      // Files such as io.max take one device a write.
      for line in file.value.split(separator: "\n") {
        append(LimitWrite(property, controller ?? [], file.key, String(line)))
      }
    }
  }
}
