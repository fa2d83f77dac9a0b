// SPDX-License-Identifier: Apache-2.0

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
  /// How many descriptors from 3 on the program gets.
  package var preserveFDs = 0
  /// The pod that the container belongs to.
  package var pod: String?
  /// The container's standard streams, nil for those of the caller.
  package var streams: (input: Int32, output: Int32, error: Int32)?

  /// Options for a container of the given ID.
  package init(id: String) {
    self.id = id
  }
}
