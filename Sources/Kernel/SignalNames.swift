// SPDX-License-Identifier: Apache-2.0

/// The names of signals, as signal(7) has them.
package enum SignalNames {
  /// The signals from number 1 on, without their prefix; the numbers are those
  /// of every architecture that Swift runs on.
  package static let standard = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
  ]
  private static let aliases = ["IOT": "ABRT", "POLL": "IO", "CLD": "CHLD", "UNUSED": "SYS"]
  /// glibc keeps 32 and 33 for itself.
  private static let realTime: ClosedRange<Int32> = 34...64

  /// The number of a signal given as `SIGTERM`, `term`, `15` or `SIGRTMIN+3`;
  /// nil when there is none of that name.
  package static func number(of text: String) -> Int32? {
    if let number = digits(text[...]) {
      return 1...realTime.upperBound ~= number ? number : nil
    }
    var name = text.uppercased()
    if name.hasPrefix("SIG") { name.removeFirst(3) }
    if let index = standard.firstIndex(of: aliases[name] ?? name) { return Int32(index + 1) }
    let offset = name.dropFirst("RTMIN".count)
    if name.hasPrefix("RTMIN"), let distance = distance(offset, after: "+") {
      return distance <= realTime.upperBound - realTime.lowerBound
        ? realTime.lowerBound + distance : nil
    }
    if name.hasPrefix("RTMAX"), let distance = distance(offset, after: "-") {
      return distance <= realTime.upperBound - realTime.lowerBound
        ? realTime.upperBound - distance : nil
    }
    return nil
  }

  private static func distance(_ text: Substring, after sign: Character) -> Int32? {
    if text.isEmpty { return 0 }
    return text.first == sign ? digits(text.dropFirst()) : nil
  }

  /// A number without a sign.
  private static func digits(_ text: Substring) -> Int32? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int32(text) : nil
  }
}
