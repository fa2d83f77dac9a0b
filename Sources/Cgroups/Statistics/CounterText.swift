// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// The forms in which the kernel writes its counters.
enum CounterText {
  /// Lines of a key and a number, such as those of memory.stat.
  static func flat(_ text: String) -> OrderedMap<UInt64> {
    var counters = OrderedMap<UInt64>()
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, let value = UInt64(words[1]) { counters[String(words[0])] = value }
    }
    return counters
  }

  /// A line of a name and words such as `rbytes=512`.
  struct Line {
    /// What the line is about.
    let name: String
    /// The words, in their order.
    let values: [(key: String, value: String)]

    /// The number of a key.
    func number(_ key: String) -> UInt64? {
      for entry in values where entry.key == key { return CounterText.number(entry.value) }
      return nil
    }
  }

  /// Lines of a name and words such as `rbytes=512`, as in io.stat.
  static func nested(_ text: String) -> [Line] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let name = words.first else { return nil }
      let values = words.dropFirst().compactMap { word -> (key: String, value: String)? in
        guard let equals = word.firstIndex(of: "=") else { return nil }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
      }
      return Line(name: String(name), values: values)
    }
  }

  /// One number; `max`, for no limit, is the largest there is.
  static func number(_ text: some StringProtocol) -> UInt64? {
    let digits = text.prefix { !$0.isNewline }
    return digits == "max" ? .max : UInt64(digits)
  }
}

extension Cgroup {
  /// The number that is all that a file holds; nil when there is no such file.
  borrowing func number(in file: String) throws(RuntimeError) -> UInt64? {
    guard let text = try read(file) else { return nil }
    return CounterText.number(text)
  }

  /// The counters of a file whose lines are a key and a number; none when there
  /// is no such file.
  borrowing func counters(in file: String) throws(RuntimeError) -> OrderedMap<UInt64> {
    CounterText.flat(try read(file) ?? "")
  }
}

extension JSONValue {
  /// An object of numbers, without those that are nil.
  static func numbers(_ members: (String, UInt64?)...) -> JSONValue {
    var object = OrderedMap<JSONValue>()
    for (key, value) in members {
      if let value { object[key] = JSONValue(value) }
    }
    return .object(object)
  }
}
