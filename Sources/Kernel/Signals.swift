// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Signals of this process.
package enum Signals {
  /// A mask with the given signals in it.
  package static func mask(_ signals: [Int32]) -> UInt64 {
    var mask: UInt64 = 0
    for signal in signals { mask |= 1 << UInt64(signal - 1) }
    return mask
  }

  /// Blocks signals and opens a descriptor that they are read from.
  ///
  /// The corresponding calls are rt_sigprocmask(2), signalfd(2).
  package static func descriptor(for mask: UInt64) throws(RuntimeError) -> Descriptor {
    try check(clinux_block_signals(mask, nil), "rt_sigprocmask")
    return Descriptor(owning: try check(clinux_signalfd(mask), "signalfd"))
  }

  /// Reads the next signal from a descriptor made by `descriptor(for:)`; nil
  /// when none is pending.
  package static func next(_ descriptor: borrowing Descriptor) -> Int32? {
    var info = [UInt8](repeating: 0, count: 128)
    let count = unsafe info.withUnsafeMutableBytes {
      unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count)
    }
    guard count == 128 else { return nil }
    return unsafe info.withUnsafeBytes { unsafe $0.load(as: Int32.self) }
  }

  /// Ignores a signal.
  ///
  /// The corresponding call is sigaction(2).
  package static func ignore(_ signal: Int32) {
    _ = clinux_set_signal_ignored(signal, true)
  }

  /// Gives a signal its default action.
  ///
  /// The corresponding call is sigaction(2).
  package static func setDefault(_ signal: Int32) {
    _ = clinux_set_signal_ignored(signal, false)
  }

  /// Gives every signal but SIGPIPE its default action and unblocks all.
  static func reset() {
    clinux_default_signals(SIGPIPE)
    _ = clinux_set_signal_mask(0)
  }

  /// Gives SIGPIPE its default action, the last one that a new program expects
  /// so: until then somebody may stop reading what runp writes.
  package static func prepareForProgram() {
    setDefault(SIGPIPE)
  }

  /// Sends a signal to a process by its ID, for a child that cannot have ended
  /// unnoticed.
  ///
  /// The corresponding call is kill(2).
  package static func send(_ signal: Int32, to pid: Int32) throws(RuntimeError) {
    try check(negatedErrno(kill(pid, signal)), "kill", "\(pid)")
  }
}
