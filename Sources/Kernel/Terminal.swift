// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Pseudoterminals.
package enum Terminal {
  /// Opens a new pseudoterminal of the devpts instance whose `ptmx` is given.
  ///
  /// The other side comes from the main side itself (`TIOCGPTPEER`), never from
  /// a path that a container could have replaced, and both are checked to be
  /// what they claim.
  ///
  /// The corresponding calls are ioctl(2) with `TIOCSPTLCK`, `TIOCGPTPEER`.
  package static func open(ptmx: borrowing Descriptor) throws(RuntimeError) -> Pseudoterminal {
    var unlocked: Int32 = 0
    try check(
      unsafe withUnsafeMutablePointer(to: &unlocked) {
        unsafe clinux_ioctl(ptmx.number, 0x4004_5431, $0)
      }, "ioctl TIOCSPTLCK")
    let replica = try openReplica(of: ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC)
    let status = try FileStatus(of: replica)
    let isDevpts = try MountTree.filesystem(of: replica).magic == MountTree.devptsMagic
    guard isDevpts, status.kind == .characterDevice, 136...143 ~= status.device.major else {
      throw RuntimeError(call: "ioctl TIOCGPTPEER", errno: ENOTTY, subject: "not a devpts terminal")
    }
    return Pseudoterminal(main: try ptmx.duplicate(), replica: replica)
  }

  /// Makes an open terminal the controlling one of this session.
  ///
  /// The corresponding call is ioctl(2) with `TIOCSCTTY`.
  package static func makeControlling(_ terminal: borrowing Descriptor) throws(RuntimeError) {
    try check(clinux_ioctl(terminal.number, 0x540E, nil), "ioctl TIOCSCTTY")
  }

  /// The character that ends the input of the programs of a terminal, given its
  /// main side; nil when there is none.
  ///
  /// The corresponding call is tcgetattr(3), for `VEOF`.
  package static func endOfInput(_ main: borrowing Descriptor) throws(RuntimeError) -> UInt8? {
    var attributes = termios()
    try check(negatedErrno(unsafe tcgetattr(main.number, &attributes)), "tcgetattr")
    // The array is a tuple here, and VEOF its index 4; 0 disables a character.
    let character = attributes.c_cc.4
    return character == 0 ? nil : character
  }

  /// Whether something has been written to a terminal's main side that no
  /// program has read yet, an end of input included.
  ///
  /// The corresponding calls are ioctl(2) with `TIOCGPTPEER`, poll(2).
  package static func hasUnreadInput(_ main: borrowing Descriptor) throws(RuntimeError) -> Bool {
    let replica = try openReplica(of: main, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    return try replica.waitUntilReadable(until: .after(milliseconds: 0))
  }

  private static func openReplica(
    of main: borrowing Descriptor, _ flags: Int32
  ) throws(RuntimeError) -> Descriptor {
    // The argument of TIOCGPTPEER is a value, the open flags, not an address.
    let argument = unsafe UnsafeMutableRawPointer(bitPattern: UInt(UInt32(bitPattern: flags)))
    return Descriptor(
      owning: try check(
        unsafe clinux_ioctl(main.number, 0x5441, argument), "ioctl TIOCGPTPEER"))
  }

  /// Whether a stream of this process is a terminal.
  package static func isTerminal(_ stream: StandardStream) -> Bool {
    isatty(stream.rawValue) == 1
  }

  /// Sets the window size.
  ///
  /// The corresponding call is ioctl(2) with `TIOCSWINSZ`.
  package static func setSize(
    _ terminal: borrowing Descriptor, rows: UInt16, columns: UInt16
  ) throws(RuntimeError) {
    var size: (UInt16, UInt16, UInt16, UInt16) = (rows, columns, 0, 0)
    try check(
      unsafe withUnsafeMutablePointer(to: &size) {
        unsafe clinux_ioctl(terminal.number, 0x5414, $0)
      }, "ioctl TIOCSWINSZ")
  }

  /// Reads the window size of a terminal; nil when it is none.
  ///
  /// The corresponding call is ioctl(2) with `TIOCGWINSZ`.
  package static func size(of number: Int32) -> (rows: UInt16, columns: UInt16)? {
    var size: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
    let result = unsafe withUnsafeMutablePointer(to: &size) {
      unsafe clinux_ioctl(number, 0x5413, $0)
    }
    return result < 0 ? nil : (size.0, size.1)
  }

  /// The settings of a terminal, kept to be restored.
  package struct Settings {
    fileprivate let attributes: termios
  }

  /// Puts a terminal into raw mode, but leaves what it does to output: a program
  /// whose terminal is relayed writes plain line ends.
  ///
  /// The corresponding calls are tcgetattr(3), cfmakeraw(3), tcsetattr(3).
  package static func makeRaw(_ number: Int32) throws(RuntimeError) -> Settings {
    var attributes = termios()
    try check(negatedErrno(unsafe tcgetattr(number, &attributes)), "tcgetattr")
    let settings = Settings(attributes: attributes)
    unsafe cfmakeraw(&attributes)
    attributes.c_oflag = settings.attributes.c_oflag
    try check(negatedErrno(unsafe tcsetattr(number, TCSANOW, &attributes)), "tcsetattr")
    return settings
  }

  /// Puts a terminal back as it was.
  package static func restore(_ number: Int32, _ settings: Settings) {
    var attributes = settings.attributes
    _ = unsafe tcsetattr(number, TCSANOW, &attributes)
  }

  /// Stops a terminal from adding carriage returns to what programs write.
  ///
  /// The corresponding calls are tcgetattr(3), tcsetattr(3) without `ONLCR`.
  package static func clearOutputNewlines(_ terminal: borrowing Descriptor) throws(RuntimeError) {
    var attributes = termios()
    try check(negatedErrno(unsafe tcgetattr(terminal.number, &attributes)), "tcgetattr")
    attributes.c_oflag &= ~tcflag_t(ONLCR)
    try check(negatedErrno(unsafe tcsetattr(terminal.number, TCSANOW, &attributes)), "tcsetattr")
  }
}

/// The two sides of a pseudoterminal.
package struct Pseudoterminal: ~Copyable {
  /// The side that a person or a relay holds.
  package var main: Descriptor
  /// The side that the program in the container holds.
  package var replica: Descriptor
}
