// SPDX-License-Identifier: Apache-2.0

package import Cgroups

/// The host's cgroup2 hierarchy, which a command looks for once, when it needs
/// it.
package final class HostCgroups {
  /// A hierarchy that has been found.
  package final class Found {
    /// The hierarchy itself.
    package let hierarchy: CgroupHierarchy

    init(_ hierarchy: consuming CgroupHierarchy) {
      self.hierarchy = hierarchy
    }
  }

  private var found: Found?

  /// The hierarchy.
  package func hierarchy() throws(CgroupError) -> Found {
    if let found { return found }
    let found = Found(try CgroupHierarchy.find())
    self.found = found
    return found
  }
}
