// SPDX-License-Identifier: Apache-2.0

internal import Kernel

/// Whether a command can provide for the terminal of a process.
enum TerminalCheck {
  /// Refuses a terminal whose main side nobody would hold, and a socket to send
  /// it over when there is none to send.
  static func require(
    terminal: Bool, consoleSocket: String?, detached: Bool
  ) throws(RuntimeError) {
    if terminal, detached, consoleSocket == nil {
      throw RuntimeError(
        .invalidSpec,
        "process.terminal: cannot allocate tty if runp will detach without setting console socket")
    }
    if consoleSocket != nil, !terminal || !detached {
      throw RuntimeError(
        .invalidSpec, "cannot use console socket if runp will not detach or allocate tty")
    }
  }
}
