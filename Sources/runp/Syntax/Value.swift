// SPDX-License-Identifier: Apache-2.0

/// Reads the values of options; every error names the option and the value.
enum Value {
  /// The error for a value that does not fit.
  static func invalid(_ text: String, of option: String, _ reason: String) -> UsageError {
    UsageError(value: "invalid value \"\(text)\" for --\(option): \(reason)")
  }

  /// The words that Go's flag package takes for a boolean, as callers are Go programs.
  static func bool(_ text: String, of option: String) throws(UsageError) -> Bool {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: throw invalid(text, of: option, "must be true or false")
    }
  }

  /// One word of a list.
  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String, of option: String
  ) throws(UsageError) -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map { $0.rawValue }.joined(separator: ", ")
    throw UsageError(value: "invalid \(option): \(text) (must be one of \(words))")
  }

  /// How many descriptors a process can have open.
  static let mostDescriptors: UInt32 = 1 << 20

  /// A count of descriptors; more than a process can have open is an error.
  static func descriptorCount(_ text: String, of option: String) throws(UsageError) -> Int {
    guard let count = number(text), count <= mostDescriptors else {
      throw invalid(text, of: option, "must be a number from 0 to \(mostDescriptors)")
    }
    return Int(count)
  }

  /// The ID of a pod.
  static func podID(_ text: String, of option: String) throws(UsageError) -> String {
    try ID.check(text, of: "pod")
    return text
  }

  /// A time in whole seconds.
  static func seconds(_ text: String, of option: String) throws(UsageError) -> UInt32 {
    guard let seconds = number(text) else {
      throw invalid(text, of: option, "must be a number of seconds")
    }
    return seconds
  }

  /// A user or group ID.
  ///
  /// The largest number means "no change" to the kernel and is none.
  static func id(_ text: String, of option: String) throws(UsageError) -> UInt32 {
    guard let id = number(text), id < UInt32.max else {
      throw invalid(text, of: option, "must be a number from 0 to 4294967294")
    }
    return id
  }

  /// A number of decimal digits and nothing else: no sign, space or tail.
  static func number(_ text: String) -> UInt32? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt32(text)
  }

  /// A whole number, negative ones too where `T` has them; nil for an empty text,
  /// which is how callers leave a limit out.
  static func limit<T: FixedWidthInteger>(
    _ text: String, of option: String
  ) throws(UsageError) -> T? {
    if text.isEmpty { return nil }
    let digits = text.first == "-" ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw invalid(text, of: option, "must be a whole number")
    }
    // What the limit itself may be is checked with all limits.
    guard let number = T(text) else {
      throw invalid(text, of: option, "must be a number from \(T.min) to \(T.max)")
    }
    return number
  }

  /// A list of numbers, which is checked with all limits; nil for an empty text.
  static func list(_ text: String, of option: String) throws(UsageError) -> String? {
    text.isEmpty ? nil : text
  }

  /// A number of bytes, with a unit of 1024 of the next smaller one if there is
  /// one, such as 512m or 1.5GiB; -1 for no limit, nil for an empty text.
  static func bytes(_ text: String, of option: String) throws(UsageError) -> Int64? {
    if text.isEmpty { return nil }
    if text == "-1" { return -1 }
    let digits = text.prefix { "0123456789.".contains($0) }
    if let factor = factor(ofUnit: text.dropFirst(digits.count).lowercased()),
      digits.first?.isNumber == true, digits.last?.isNumber == true
    {
      let (whole, isTooLarge) = (Int64(digits) ?? -1).multipliedReportingOverflow(by: factor)
      if whole >= 0, !isTooLarge { return whole }
      if digits.contains("."), let number = Double(digits), number * Double(factor) < 0x1p63 {
        return Int64(number * Double(factor))
      }
    }
    throw invalid(text, of: option, "must be a number of bytes such as 512m, or -1 for no limit")
  }

  /// How many bytes a unit is, in the letters that Go's callers write.
  private static func factor(ofUnit unit: String) -> Int64? {
    var rest = unit.drop { $0 == " " }
    if rest == "b" || rest.isEmpty { return 1 }
    guard let power = "kmgtp".firstIndex(of: rest.removeFirst()) else { return nil }
    if !["", "b", "ib"].contains(rest) { return nil }
    let exponent = "kmgtp".distance(from: "kmgtp".startIndex, to: power) + 1
    return 1 << Int64(10 * exponent)
  }

  /// A variable for the environment.
  static func environment(_ text: String, of option: String) throws(UsageError) -> String {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw invalid(text, of: option, "must be NAME=VALUE")
    }
    return text
  }
}
