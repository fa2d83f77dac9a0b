// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel

/// An error as bytes that another process reads: its kind, cause and steps, and
/// not only the words.
///
/// ```
/// kind  cause  errno     texts, each with its length in front
/// u8    u8     i32       call, subject | path, reason | message; then the steps
/// ```
enum ErrorMessage {
  /// The most bytes that an error comes to.
  static let limit = 16384
  /// What of a text is passed on.
  private static let longestText = 4096
  /// How many steps are passed on, from the outermost.
  private static let mostSteps = 12
  private static let longestStep = 512

  private enum CauseTag: UInt8 {
    case call = 1
    case callWithSubject
    case document
    case message
  }

  /// The bytes of an error; what is too long of it is cut.
  static func encode(_ error: RuntimeError) -> [UInt8] {
    let kind = RuntimeError.Kind.allCases.firstIndex(of: error.kind) ?? 0
    var bytes = [UInt8(kind)]
    switch error.cause {
    case .call(let call, let errno, let subject):
      let tag: CauseTag = subject == nil ? .call : .callWithSubject
      bytes.append(tag.rawValue)
      append(errno, to: &bytes)
      append(call, to: &bytes)
      if let subject { append(subject, to: &bytes) }
    case .document(let path, let reason):
      bytes.append(CauseTag.document.rawValue)
      append(0, to: &bytes)
      append(path, to: &bytes)
      append(reason, to: &bytes)
    case .message(let text):
      bytes.append(CauseTag.message.rawValue)
      append(0, to: &bytes)
      append(text, to: &bytes)
    }
    for step in error.steps.prefix(mostSteps) { append(step, to: &bytes, limit: longestStep) }
    return bytes
  }

  private static func append(_ number: Int32, to bytes: inout [UInt8]) {
    for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> (shift * 8))) }
  }

  private static func append(
    _ text: String, to bytes: inout [UInt8], limit: Int = longestText
  ) {
    var part = text.utf8.prefix(limit)
    // Not within a character.
    while part.count < text.utf8.count, String(part) == nil { part = part.dropLast() }
    append(Int32(part.count), to: &bytes)
    bytes += part
  }

  /// The error that the bytes stand for; nil when they are none.
  static func decode(_ bytes: ArraySlice<UInt8>) -> RuntimeError? {
    var rest = bytes
    let kinds = RuntimeError.Kind.allCases
    guard let kind = rest.popFirst().map(Int.init), kind < kinds.count,
      let tag = rest.popFirst().flatMap(CauseTag.init), let errno = number(&rest),
      let first = text(&rest), let cause = cause(tag, errno, first, &rest)
    else { return nil }
    var steps: [String] = []
    while let step = text(&rest) { steps.append(step) }
    return rest.isEmpty ? RuntimeError(kinds[kind], cause, steps: steps) : nil
  }

  private static func cause(
    _ tag: CauseTag, _ errno: Int32, _ first: String, _ rest: inout ArraySlice<UInt8>
  ) -> RuntimeError.Cause? {
    switch tag {
    case .call: return .call(first, errno: errno, subject: nil)
    case .message: return .message(first)
    case .callWithSubject, .document:
      guard let second = text(&rest) else { return nil }
      return tag == .document
        ? .document(path: first, reason: second)
        : .call(first, errno: errno, subject: second)
    }
  }

  private static func number(_ bytes: inout ArraySlice<UInt8>) -> Int32? {
    guard bytes.count >= 4 else { return nil }
    let number = bytes.prefix(4).reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
    bytes = bytes.dropFirst(4)
    return number
  }

  private static func text(_ bytes: inout ArraySlice<UInt8>) -> String? {
    var rest = bytes
    guard let length = number(&rest).map(Int.init), length >= 0, rest.count >= length else {
      return nil
    }
    bytes = rest.dropFirst(length)
    return String(decoding: rest.prefix(length), as: UTF8.self)
  }
}
