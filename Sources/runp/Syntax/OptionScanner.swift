// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Walks over a command line with getopt_long(3).
///
/// Before a word is handed to getopt_long it is brought into the form that
/// leaves nothing to guess:
/// 1. `--name` and `--name=value` must be an option's whole name.
/// 2. `-name` and `-name=value` with an option's whole name, of two letters or
///    more, are the same as with two dashes, as Go programs write them.
/// 3. `-x`, where x takes a value, may have it attached: `-xVALUE`, `-x=VALUE`.
/// 4. Otherwise each letter after one dash must be an option, and only the last
///    may take a value, which is the next word: `-td`, `-tu 1000`.
/// 5. Everything else that starts with a dash is an error that names it.
enum OptionScanner {
  /// The option that every command has.
  static let help = OptionInfo(
    name: "help", letter: "h", valueName: nil, hint: .text, help: "show help and exit")

  /// Stores every option of `words` in `target`.
  ///
  /// - Returns: the words that are no options, or nil when help was asked for.
  static func scan<Target>(
    _ words: [String], _ options: [Option<Target>], into target: inout Target,
    stopsAtFirstArgument: Bool
  ) throws(UsageError) -> [String]? {
    let infos = options.map { $0.info } + [help]
    var walk = GetoptWalk(words, infos)
    defer { walk.free() }
    var arguments: [String] = []
    while let item = try walk.next() {
      switch item {
      case .argument(let word):
        arguments.append(word)
        if stopsAtFirstArgument { return arguments + walk.rest() }
      case .option(let index, _) where index == options.count:
        return nil
      case .option(let index, let value):
        try options[index].apply(&target, value ?? "true")
      }
    }
    return arguments + walk.rest()
  }

  /// Brings a word that may be an option into the form for getopt_long.
  static func normalized(_ word: String, _ options: [OptionInfo]) throws(UsageError) -> String {
    guard word.utf8.first == UInt8(ascii: "-"), word != "-", word != "--" else { return word }
    let hasTwoDashes = word.hasPrefix("--")
    let body = word.dropFirst(hasTwoDashes ? 2 : 1)
    let name = body.prefix { $0 != "=" }
    if (hasTwoDashes || name.count > 1) && options.contains(where: { $0.name == name }) {
      return "--\(body)"
    }
    if hasTwoDashes { throw unknown(word, name, options) }
    guard let first = body.first, let option = options.first(where: { $0.letter == first }) else {
      throw unknown(word, name, options)
    }
    if !option.isFlag {
      let value = body.dropFirst()
      if value.isEmpty { return word }
      return "--\(option.name)=\(value.first == "=" ? value.dropFirst() : value)"
    }
    if name.count == 1 && body.count > 1 { return "--\(option.name)\(body.dropFirst())" }
    for letter in body.dropLast()
    where !options.contains(where: { $0.letter == letter && $0.isFlag }) {
      throw unknown(word, name, options)
    }
    if !options.contains(where: { $0.letter == body.last }) { throw unknown(word, name, options) }
    return word
  }

  private static func unknown(
    _ word: String, _ name: Substring, _ options: [OptionInfo]
  ) -> UsageError {
    let names = options.filter { !$0.isHidden && $0.name.count > 1 }.map { "--\($0.name)" }
    return UsageError(
      "flag provided but not defined: \(word)"
        + Suggestion.text(for: "--\(name)", among: names))
  }
}

/// One walk of getopt_long over a list of words.
///
/// getopt_long keeps its place in globals, so only one walk can be under way in
/// a process.
@safe private struct GetoptWalk {
  enum Item {
    case option(Int, value: String?)
    case argument(String)
  }

  private static let firstCode: Int32 = 0x1000

  private let infos: [OptionInfo]
  private let words: [String]
  private let letters: String
  // As C has them: arrays of these would be types of their own, which the
  // process would have to make first.
  private let argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let table: UnsafeMutablePointer<clinux_option>
  private var position: Int32 = 0
  /// The last word that was normalized; inside a cluster getopt_long stays on it.
  private var normalizedUpTo = 0

  init(_ words: [String], _ infos: [OptionInfo]) {
    self.infos = infos
    self.words = words
    // "-": arguments are reported in their place, ":": so are missing values.
    var letters = "-:"
    for info in infos {
      guard let letter = info.letter else { continue }
      letters.append(letter)
      if !info.isFlag { letters.append(":") }
    }
    self.letters = letters
    unsafe argv = .allocate(capacity: words.count + 2)
    unsafe argv[0] = strdup("runp")
    for index in words.indices { unsafe argv[index + 1] = strdup(words[index]) }
    unsafe argv[words.count + 1] = nil
    unsafe table = .allocate(capacity: infos.count + 1)
    for index in infos.indices {
      let info = infos[index]
      unsafe table[index] = clinux_option(
        name: UnsafePointer(strdup(info.name)), has_argument: info.isFlag ? 2 : 1, flag: nil,
        code: Self.firstCode + Int32(index))
    }
    unsafe table[infos.count] = clinux_option(name: nil, has_argument: 0, flag: nil, code: 0)
  }

  func free() {
    // getopt_long has changed the order of the words, none of them.
    for index in 0...words.count { unsafe Glibc.free(argv[index]) }
    for index in infos.indices {
      unsafe Glibc.free(UnsafeMutablePointer(mutating: table[index].name))
    }
    unsafe argv.deallocate()
    unsafe table.deallocate()
  }

  /// The next option or argument, or nil at the end or after `--`.
  mutating func next() throws(UsageError) -> Item? {
    try normalizeNext()
    var value: UnsafePointer<CChar>?
    let code = unsafe clinux_getopt(
      Int32(words.count + 1), argv, letters, table, &position, &value)
    let text = unsafe value.map { unsafe String(cString: $0) }
    switch code {
    case -1:
      return nil
    case 1:
      return .argument(text ?? "")
    case Int32(UInt8(ascii: ":")):
      throw UsageError("flag needs an argument: \(words[Int(position) - 2])")
    case Int32(UInt8(ascii: "?")):
      throw UsageError("flag provided but not defined: \(words[Int(position) - 2])")
    default:
      return .option(index(of: code), value: text)
    }
  }

  /// The words that the walk has not come to.
  func rest() -> [String] {
    Array(words.dropFirst(max(0, Int(position) - 1)))
  }

  private func index(of code: Int32) -> Int {
    if code >= Self.firstCode { return Int(code - Self.firstCode) }
    let letter = Character(Unicode.Scalar(UInt8(truncatingIfNeeded: code)))
    return infos.firstIndex { $0.letter == letter } ?? infos.count - 1
  }

  private mutating func normalizeNext() throws(UsageError) {
    let index = max(1, Int(position))
    guard index > normalizedUpTo, index <= words.count else { return }
    normalizedUpTo = index
    let word = words[index - 1]
    let normalized = try OptionScanner.normalized(word, infos)
    if normalized == word { return }
    unsafe Glibc.free(argv[index])
    unsafe argv[index] = strdup(normalized)
  }
}
