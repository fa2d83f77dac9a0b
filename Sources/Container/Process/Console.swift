// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// A container process's terminal.
enum Console {
  /// Opens a pseudoterminal of the container's devpts, hands its main side
  /// over, and makes the other side this process's standard streams.
  ///
  /// The main side goes to `socket`, or else to the runtime, which relays it.
  /// With `bindConsole` the terminal is `/dev/console`, too.
  static func setUp(
    _ process: Process, in root: borrowing RootDirectory, bindConsole: Bool,
    socket: Shared<Descriptor>?, channel: SyncChannel
  ) throws(RuntimeError) {
    let flags: OpenFlags = [.readWrite, .noControllingTerminal]
    let ptmx = try SafePath.open("dev/pts/ptmx", in: root.descriptor, flags)
    guard try MountTree.filesystem(of: ptmx).magic == MountTree.devptsMagic else {
      throw RuntimeError(call: "open", errno: ENODEV, subject: "/dev/pts/ptmx")
    }
    let terminal = try Terminal.open(ptmx: ptmx)
    if let size = process.consoleSize {
      try Terminal.setSize(terminal.main, rows: size.height, columns: size.width)
    }
    if bindConsole { try bind(terminal.replica, in: root) }
    try OwnProcess.changeOwner(of: terminal.replica, to: process.user.uid)
    if let socket {
      try Sockets.send(
        Array("/dev/ptmx".utf8), with: terminal.main, on: socket.value)
    } else {
      // The caller's terminal makes its own line ends, and a file wants none.
      // Whoever takes the terminal over a socket sets it up as they like.
      try Terminal.clearOutputNewlines(terminal.replica)
      try channel.send(.console(Shared(try terminal.main.duplicate())))
    }
    for stream in StandardStream.allCases {
      try OwnProcess.place(terminal.replica, as: stream)
    }
  }

  /// Makes the terminal that is the standard input the controlling one of this
  /// process's session.
  static func makeControlling() throws(RuntimeError) {
    try Terminal.makeControlling(try Descriptor.copy(of: .input))
  }

  private static func bind(
    _ replica: borrowing Descriptor, in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let directory = try root.ordinaryDirectory("/dev")
    let target = try SafePath.makeFile(
      "console", in: directory, mode: 0o666, resolve: .withoutLinks)
    try MountTree.attach(
      try MountTree.copy(at: replica, recursive: false), onto: target,
      subject: "/dev/console")
  }
}
