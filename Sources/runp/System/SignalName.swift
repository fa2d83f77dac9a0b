// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// Signals as the command line takes them.
enum SignalName {
  /// The names without their prefix.
  static var standard: [String] { SignalNames.standard }

  /// The number of a signal given as `9`, `KILL`, `sigkill` or `RTMIN+1`.
  ///
  /// 0 is allowed: it only asks whether the process is there.
  static func number(of text: String) throws(RuntimeError) -> Int32 {
    if text == "0" { return 0 }
    guard let number = SignalNames.number(of: text) else {
      throw RuntimeError(.failed, "unknown signal \"\(text)\"")
    }
    return number
  }
}
