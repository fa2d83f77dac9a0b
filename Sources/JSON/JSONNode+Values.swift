// SPDX-License-Identifier: Apache-2.0

extension JSONNode {
  /// The boolean of a key.
  package func bool(_ key: String) throws(SpecError) -> Bool? {
    guard let value = try member(key) else { return nil }
    guard case .bool(let flag) = value else {
      throw path[key].error("\(value.shown) is not a boolean")
    }
    return flag
  }

  /// The boolean of a key.
  package func requiredBool(_ key: String) throws(SpecError) -> Bool {
    guard let flag = try bool(key) else { throw missing(key) }
    return flag
  }

  /// The text of a key.
  package func string(_ key: String) throws(SpecError) -> String? {
    guard let value = try member(key) else { return nil }
    guard case .string(let text) = value else { throw path[key].notAString(value) }
    if text.containsNUL { throw path[key].containsNUL }
    return text
  }

  /// The text of a key.
  package func requiredString(_ key: String) throws(SpecError) -> String {
    guard let text = try string(key) else { throw missing(key) }
    return text
  }

  /// The text of a key, nil when it is empty.
  ///
  /// Clients in Go do not tell an empty string from an absent one.
  package func nonEmptyString(_ key: String) throws(SpecError) -> String? {
    guard let text = try string(key), !text.isEmpty else { return nil }
    return text
  }

  /// The whole number of a key.
  package func integer<T: FixedWidthInteger>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T? {
    guard let value = try member(key) else { return nil }
    guard let number: T = value.whole() else {
      throw path[key].notAnInteger(value, from: "\(T.min)", to: "\(T.max)")
    }
    return number
  }

  /// The whole number of a key.
  package func requiredInteger<T: FixedWidthInteger>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T {
    guard let number: T = try integer(key) else { throw missing(key) }
    return number
  }

  /// The word of a key, one of an enumeration's.
  package func word<T: RawRepresentable & CaseIterable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T? where T.RawValue == String {
    guard let text = try string(key) else { return nil }
    guard let word = T(rawValue: text) else {
      throw path[key].notAWord(text, of: T.allCases.map { $0.rawValue })
    }
    return word
  }

  /// The word of a key, one of an enumeration's.
  package func requiredWord<T: RawRepresentable & CaseIterable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T where T.RawValue == String {
    guard let word: T = try word(key) else { throw missing(key) }
    return word
  }

  /// The word of a key, nil when it is empty, as for `nonEmptyString`.
  package func nonEmptyWord<T: RawRepresentable & CaseIterable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T? where T.RawValue == String {
    try nonEmptyString(key) == nil ? nil : try word(key)
  }

  /// The object of a key, decoded.
  package func object<T: JSONDecodable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T? {
    guard let child = try child(key) else { return nil }
    return try T(json: child)
  }

  /// The object of a key, decoded.
  package func requiredObject<T: JSONDecodable>(
    _ key: String, as type: T.Type = T.self
  ) throws(SpecError) -> T {
    guard let object: T = try object(key) else { throw missing(key) }
    return object
  }
}

extension JSONValue {
  /// The whole number, nil when this is none or does not fit.
  package func whole<T: FixedWidthInteger>(as type: T.Type = T.self) -> T? {
    switch self {
    case .integer(let number): T(exactly: number)
    case .unsigned(let number): T(exactly: number)
    default: nil
    }
  }
}

extension String {
  /// Tells whether the text would end early as a C string.
  package var containsNUL: Bool {
    unsafe utf8.withContiguousStorageIfAvailable { unsafe $0.contains(0) } ?? utf8.contains(0)
  }
}

extension DocumentPath {
  /// The error for a value that is no text.
  func notAString(_ value: JSONValue) -> SpecError { error("\(value.shown) is not a string") }

  /// The error for text that no system call could take; not shown, as it may be
  /// a secret.
  package var containsNUL: SpecError {
    error("contains a NUL character")
  }

  /// The error for a value that is no whole number, or out of range.
  package func notAnInteger(_ value: JSONValue, from low: String, to high: String) -> SpecError {
    switch value {
    case .integer, .unsigned: error("\(value.shown) is not in the range \(low) to \(high)")
    default: error("\(value.shown) is not an integer")
    }
  }

  /// The error for text that is not in an enumeration.
  package func notAWord(_ text: String, of words: [String]) -> SpecError {
    error("\(text.quoted) is not one of \(words.joined(separator: ", "))")
  }
}
