// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
  /// The number that the parser found, nil when it is out of range.
  init?(number text: UnsafeBufferPointer<CChar>) {
    let isNegative = unsafe text.first == 0x2D
    var magnitude: UInt64 = 0
    for index in (isNegative ? 1 : 0)..<text.count {
      let byte = unsafe UInt8(bitPattern: text[index])
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else {
        unsafe self.init(fraction: text)
        return
      }
      let (tens, over) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
      guard !over, !overflow else {
        unsafe self.init(fraction: text)
        return
      }
      magnitude = sum
    }
    if !isNegative {
      self.init(magnitude)
    } else if magnitude <= Int64.min.magnitude {
      self = .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
    } else {
      return nil
    }
  }

  /// A number with a fraction or an exponent; nil for a whole number, which
  /// must not lose digits here, and for one that is too large.
  private init?(fraction text: UnsafeBufferPointer<CChar>) {
    let bytes = UnsafeRawBufferPointer(text)
    let word = unsafe String(decoding: bytes, as: UTF8.self)
    guard word.utf8.contains(where: { "eE.".utf8.contains($0) }) else { return nil }
    guard let number = Double(word), number.isFinite else { return nil }
    self = .double(number)
  }
}
