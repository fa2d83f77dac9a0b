// SPDX-License-Identifier: Apache-2.0

package import Cgroups
package import JSON

/// A line that `events` prints.
package struct EventLine {
  /// What it tells: `stats`, `oom`, `pids-max` or `end`.
  let type: String
  /// The container; nil where it is about a pod as a whole.
  let container: String?
  /// What belongs to it.
  let data: JSONValue?

  /// Makes a line.
  package init(_ type: String, of container: String?, _ data: JSONValue? = nil) {
    self.type = type
    self.container = container
    self.data = data
  }

  /// Makes the line of what has happened in a cgroup; nil for the end, which is
  /// told by whoever knows what has ended.
  package init?(_ happening: CgroupWatch.Happening, of container: String?) {
    switch happening {
    case .outOfMemory: self.init("oom", of: container)
    case .noMoreProcesses: self.init("pids-max", of: container)
    case .empty: return nil
    }
  }

  /// The line's document; `pod` is the one that is observed as a whole.
  package func json(pod: String? = nil) -> JSONValue {
    var document: OrderedMap<JSONValue> = ["type": .string(type)]
    if let container { document["id"] = .string(container) }
    if let pod { document["pod"] = .string(pod) }
    document["data"] = data
    return .object(document)
  }
}
