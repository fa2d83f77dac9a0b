// SPDX-License-Identifier: Apache-2.0

package import Cgroups
package import Kernel

/// The host's cgroup2 hierarchy and the driver on it, which a command looks for
/// once, when it needs them.
package final class HostCgroups {
  private let ownsHierarchy: Bool
  private var found: Shared<CgroupHierarchy>?

  /// Refers to the hierarchy; `ownsHierarchy` is false for a user who can make
  /// cgroups only below the one that the command is in.
  init(ownsHierarchy: Bool) {
    self.ownsHierarchy = ownsHierarchy
  }

  /// The hierarchy.
  package func hierarchy() throws(CgroupError) -> Shared<CgroupHierarchy> {
    if let found { return found }
    let found = Shared(try CgroupHierarchy.find())
    self.found = found
    return found
  }

  /// The driver for cgroups that are to be made.
  package func driver() throws(CgroupError) -> FilesystemDriver {
    try FilesystemDriver(try hierarchy(), ownsHierarchy: ownsHierarchy)
  }
}
