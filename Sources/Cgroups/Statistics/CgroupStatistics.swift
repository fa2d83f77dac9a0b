// SPDX-License-Identifier: Apache-2.0

package import JSON
package import Kernel

extension Cgroup {
  /// What the kernel counts of the cgroup, and of those below it, as a document
  /// with the names that callers of `events` know.
  ///
  /// What no enabled controller counts is not in it.
  ///
  /// - Returns: nil when the cgroup is gone, of which files that are not there
  ///   would look like counters of 0.
  package borrowing func statistics() throws(RuntimeError) -> OrderedMap<JSONValue>? {
    var document: OrderedMap<JSONValue> = [
      "cpu": try CPUStatistics(of: self).json,
      "cpuset": try CPUSetStatistics(of: self).json,
      "memory": try MemoryStatistics(of: self).json,
      "pids": try PidsStatistics(of: self).json,
      "blkio": try IOStatistics(of: self).json,
      "hugetlb": try HugeTLBStatistics(of: self).json,
      // There are no such groups yet.
      "intel_rdt": .object([:]),
    ]
    if let rdma = try RDMAStatistics(of: self) { document["rdma"] = rdma.json }
    if let misc = try MiscStatistics(of: self) { document["misc"] = misc.json }
    return try read("cgroup.events") == nil ? nil : document
  }
}
