// SPDX-License-Identifier: Apache-2.0

/// A span of time as Go programs write it, such as `100ms` or `1m30s`.
enum GoDuration {
  private static let units: [(name: String, milliseconds: Double)] = [
    ("ns", 1e-6), ("us", 1e-3), ("µs", 1e-3), ("μs", 1e-3), ("ms", 1), ("s", 1e3), ("m", 6e4),
    ("h", 3.6e6),
  ]

  /// The milliseconds of a text, rounded up; nil when it is no span, or none
  /// that lasts.
  static func milliseconds(_ text: String) -> UInt64? {
    var rest = Substring(text)
    if rest.first == "+" { rest.removeFirst() }
    var sum = 0.0
    if rest.isEmpty { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0 != "." && !("0"..."9").contains($0) }
      rest = rest.dropFirst(name.count)
      // Go takes `1.` and `.5` as well.
      guard digits.contains(where: { $0 != "." }),
        let number = Double("0\(digits)\(digits.last == "." ? "0" : "")"),
        let unit = units.first(where: { $0.name == name })
      else { return nil }
      sum += number * unit.milliseconds
    }
    // The longest that Go has is less than 2^54 milliseconds.
    return sum > 0 && sum < 1e16 ? UInt64(sum.rounded(.up)) : nil
  }
}
