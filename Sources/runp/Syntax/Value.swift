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
    let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
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

  /// A variable for the environment.
  static func environment(_ text: String, of option: String) throws(UsageError) -> String {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw invalid(text, of: option, "must be NAME=VALUE")
    }
    return text
  }
}
