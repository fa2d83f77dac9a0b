// SPDX-License-Identifier: Apache-2.0

package import Kernel
package import RuntimeSpec

/// What `exec` runs and how.
package struct ExecOptions {
  /// The container.
  package var id: String
  /// Changes the container's own process configuration into the one to run;
  /// nil when `processFile` has all of it.
  package var adjust: ((inout Process) throws(RuntimeError) -> Void)?
  /// A file with a whole process configuration.
  package var processFile: String?
  /// The socket that takes the main side of the terminal.
  package var consoleSocket: String?
  /// The socket that takes a descriptor of the process.
  package var pidfdSocket: String?
  /// The file that takes the ID of the process.
  package var pidFile: String?
  /// Return once the program has been executed.
  package var detach = false
  /// Go into a container that is frozen, too.
  package var ignorePaused = false
  /// The cgroup to enter, relative to the container's own; nil for that.
  package var cgroup: String?
  /// The descriptors after standard error that the program gets.
  package var preservedFiles: [DescriptorNumber] = []

  /// Options for a container.
  package init(id: String) {
    self.id = id
  }
}
