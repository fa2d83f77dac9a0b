// SPDX-License-Identifier: Apache-2.0

package import Kernel

/// Handing the listener of a profile's `SCMP_ACT_NOTIFY` rules to the agent
/// that decides.
package enum SeccompListener {
  /// What the specification calls the listener in a container process state.
  package static let descriptorName = "seccompFd"

  /// Sends the state of the container process and the listener, in one message
  /// on a connection of its own.
  ///
  /// - Parameters:
  ///   - path: the agent's socket, `linux.seccomp.listenerPath`.
  ///   - state: the container process state as JSON, whose `fds` are
  ///     `[descriptorName]`.
  ///   - listener: what loading the filter returned.
  /// - Throws: `RuntimeError` naming `path`.
  package static func send(
    path: String, state: [UInt8], listener: borrowing Descriptor
  ) throws(RuntimeError) {
    do {
      let agent = try Sockets.connect(path, until: Lifecycle.patience)
      try Sockets.send(state, with: listener, on: agent)
    } catch {
      throw error.adding("send seccomp listener to \(path)")
    }
  }
}
