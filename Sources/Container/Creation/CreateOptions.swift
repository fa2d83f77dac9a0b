// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// How a container is created, beyond what its bundle says.
package struct CreateOptions {
  /// The container's ID.
  package var id: String
  /// The socket that takes the main side of the container's terminal.
  package var consoleSocket: String?
  /// The socket that takes a descriptor of the container's first process.
  package var pidfdSocket: String?
  /// The file that takes the ID of the container's first process.
  package var pidFile: String?
  /// Move the root instead of pivoting it.
  package var noPivot = false
  /// Stay in the caller's session keyring.
  package var noNewKeyring = false
  /// The descriptors after standard error that the program gets.
  package var preservedFiles: [DescriptorNumber] = []
  /// How many of those, from 3 on, are sockets that the caller
  /// activated the container with (sd_listen_fds(3)).
  package var listenFDs = 0
  /// The names of those sockets, as `LISTEN_FDNAMES` has them.
  package var listenNames: String?
  /// The pod that the container belongs to.
  package var pod: String?
  /// Who keeps its cgroup, where that is not the command's choice.
  package var cgroupManager: RuntimeContext.CgroupManager?
  /// The container's standard streams, none for those of the caller.
  package var streams: [(StandardStream, Shared<Descriptor>)] = []

  /// Variables that tell the program about sockets: it is process 1 of its
  /// PID namespace.
  var listenEnvironment: [String] {
    if listenFDs == 0 { return [] }
    return ["LISTEN_FDS=\(listenFDs)", "LISTEN_PID=1"]
      + (listenNames.map { ["LISTEN_FDNAMES=\($0)"] } ?? [])
  }

  /// Options for a container of the given ID.
  package init(id: String) {
    self.id = id
  }
}
