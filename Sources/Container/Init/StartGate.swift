// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Where a created container waits for `start`: a socket in its state
/// directory, on which the container's first process listens.
///
/// `start` connects and speaks as the runtime's side of a `SyncChannel`. The
/// end of the connection tells it that the program has been executed, since
/// execve(2) closes it; so it can report what went wrong until then. A `start`
/// that is killed before it has said go leaves the container waiting: a
/// connection without a word is no start. One that is killed after that may
/// leave the socket, but the process runs its startContainer hooks and executes
/// its program then, as if nothing had happened. Only a descriptor of system call
/// notifications takes a `start` that hands it on: without one the container ends,
/// since its program would wait for answers that nobody gives.
enum StartGate {
  static let name = "start.sock"
  /// What the container's first process is called until it executes its
  /// program.
  static let processName = "runp:[INIT]"

  /// Makes the socket in a state directory.
  static func make(in directory: borrowing Descriptor) throws(RuntimeError) -> Descriptor {
    // Paths of sockets are short; the one through procfs always is.
    try Sockets.listen("\(directory.procPath)/\(name)", packets: true)
  }

  /// Waits, on the container's side, until a `start` says go.
  static func waitForStart(_ gate: borrowing Descriptor) throws(RuntimeError) -> SyncChannel {
    while true {
      let channel = SyncChannel(try Sockets.accept(gate))
      do {
        try channel.waitForGo()
        return channel
      } catch  where error.errno == ECONNRESET {
        // Somebody only looked, or was killed before a word.
      }
    }
  }

  /// Removes the socket of a container that has been started.
  static func remove(from directory: borrowing Descriptor) throws(RuntimeError) {
    try File.remove(name, at: directory)
  }

  /// Connects to a container that waits; nil when it has been started.
  static func connect(_ directory: borrowing Descriptor) throws(RuntimeError) -> SyncChannel? {
    do {
      return SyncChannel(
        try Sockets.connect(
          "\(directory.procPath)/\(name)", packets: true, until: Lifecycle.patience))
    } catch  where error.errno == ECONNREFUSED || error.errno == ENOENT {
      return nil
    }
  }
}
