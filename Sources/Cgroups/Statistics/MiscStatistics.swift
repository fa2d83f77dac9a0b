// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// What is used of the countable resources of a machine that belong to no other
/// controller (misc.current, misc.events).
struct MiscStatistics {
  private let resources: OrderedMap<JSONValue>

  /// Reads the files; nil without the controller.
  init?(of cgroup: borrowing Cgroup) throws(RuntimeError) {
    guard let text = try cgroup.read("misc.current") else { return nil }
    let events = try cgroup.counters(in: "misc.events")
    var resources = OrderedMap<JSONValue>()
    for resource in CounterText.flat(text) {
      resources[resource.key] = .numbers(
        ("usage", resource.value), ("events", events["\(resource.key).max"] ?? 0))
    }
    self.resources = resources
  }

  /// The statistics as `events` prints them.
  var json: JSONValue { .object(resources) }
}
