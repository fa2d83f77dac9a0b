// SPDX-License-Identifier: Apache-2.0

internal import Container

/// The names of signals, as kill(1) has them.
enum SignalName {
  /// The signals of Linux from number 1 on; the numbers are those of all
  /// architectures that Swift runs on.
  static let standard = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
  ]
  /// Other names for some of them.
  private static let aliases = ["IOT": "ABRT", "POLL": "IO", "CLD": "CHLD", "UNUSED": "SYS"]

  /// The first real-time signal; glibc keeps 32 and 33 for itself.
  static let realTimeMinimum: Int32 = 34
  /// The last signal.
  static let realTimeMaximum: Int32 = 64

  /// The number of a signal given as `9`, `KILL`, `sigkill` or `RTMIN+1`.
  ///
  /// 0 is allowed: it only asks whether the process is there.
  static func number(of text: String) throws(RuntimeError) -> Int32 {
    let name = text.uppercased()
    if let number = plainNumber(text)
      ?? named(name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name)
    {
      return number
    }
    throw RuntimeError(.failed, "unknown signal \"\(text)\"")
  }

  private static func plainNumber(_ text: String) -> Int32? {
    guard let number = Value.number(text), number <= realTimeMaximum else { return nil }
    return Int32(number)
  }

  private static func named(_ name: String) -> Int32? {
    if let index = standard.firstIndex(of: aliases[name] ?? name) { return Int32(index + 1) }
    return realTime(name, "RTMIN", "+", realTimeMinimum, 1)
      ?? realTime(name, "RTMAX", "-", realTimeMaximum, -1)
  }

  private static func realTime(
    _ name: String, _ base: String, _ sign: String, _ start: Int32, _ direction: Int32
  ) -> Int32? {
    if name == base { return start }
    guard name.hasPrefix(base + sign),
      let offset = Value.number(String(name.dropFirst(base.count + 1))),
      offset <= UInt32(realTimeMaximum - realTimeMinimum)
    else { return nil }
    return start + direction * Int32(offset)
  }
}
