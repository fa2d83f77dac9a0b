// SPDX-License-Identifier: Apache-2.0

package import Cgroups
package import Kernel

/// The host's cgroup2 hierarchy, which a command looks for once, when it needs
/// it.
package final class HostCgroups {
  private var found: Shared<CgroupHierarchy>?

  /// The hierarchy.
  package func hierarchy() throws(CgroupError) -> Shared<CgroupHierarchy> {
    if let found { return found }
    let found = Shared(try CgroupHierarchy.find())
    self.found = found
    return found
  }
}
