// SPDX-License-Identifier: Apache-2.0

/// What kind of words a shell can offer for a value.
enum ValueHint: Sendable, Equatable {
  /// Any text.
  case text
  /// The path of a file.
  case file
  /// The path of a directory.
  case directory
  /// One of these words.
  case choice([String])
  /// The ID of a container that exists.
  case container
  /// The ID of a pod that exists.
  case pod
  /// The name of a signal.
  case signal
  /// The ID of a container to be made.
  case newContainer
  /// The ID of a pod to be made.
  case newPod
}

/// What help, manual and completions tell about an option.
struct OptionInfo: Sendable {
  /// The name after `--`.
  let name: String
  /// The letter after `-`.
  let letter: Character?
  /// The name of the value in help; nil for an option that takes none.
  let valueName: String?
  /// What a shell can offer as the value.
  let hint: ValueHint
  /// One line on what the option does.
  let help: String
  /// Whether it may be given more than once.
  var repeats = false
  /// Whether help, manual and completions leave it out.
  var isHidden = false

  /// Whether the option is on or off and takes no value of its own.
  var isFlag: Bool { valueName == nil }
}

/// An option of a command, and where its value goes.
struct Option<Target> {
  /// Stores a value in the command's options.
  typealias Action = (inout Target, String) throws(UsageError) -> Void

  /// What help, manual and completions tell.
  var info: OptionInfo
  /// Stores the value.
  let apply: Action

  /// An option that is on or off; `--name=false` turns it off again.
  static func flag(
    _ name: String, _ letter: Character?, _ help: String,
    _ store: @escaping (inout Target, Bool) -> Void
  ) -> Option {
    let info = OptionInfo(name: name, letter: letter, valueName: nil, hint: .text, help: help)
    return Option(info: info) { (target: inout Target, text: String) throws(UsageError) in
      store(&target, try Value.bool(text, of: name))
    }
  }

  /// An option with a value of text.
  static func value(
    _ name: String, _ letter: Character?, _ valueName: String, _ help: String,
    hint: ValueHint = .text, _ store: @escaping (inout Target, String) -> Void
  ) -> Option {
    parsed(
      name, letter, valueName, help, hint: hint,
      { (text: String, _: String) throws(UsageError) in text }, store)
  }

  /// An option with a path; an empty one counts as not given.
  static func path(
    _ name: String, _ letter: Character?, _ valueName: String, _ help: String,
    hint: ValueHint = .file, _ store: @escaping (inout Target, String?) -> Void
  ) -> Option {
    parsed(
      name, letter, valueName, help, hint: hint,
      { (text: String, _: String) throws(UsageError) in text.isEmpty ? nil : text }, store)
  }

  /// An option with one of a few words.
  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: String, _ letter: Character?, _ valueName: String, _ help: String,
    _ store: @escaping (inout Target, Choice) -> Void
  ) -> Option where Choice.RawValue == String {
    parsed(
      name, letter, valueName, help, hint: .choice(Choice.allCases.map { $0.rawValue }),
      { (text: String, name: String) throws(UsageError) -> Choice in
        try Value.choice(text, of: name)
      }, store)
  }

  /// An option whose text has a form of its own.
  static func parsed<T>(
    _ name: String, _ letter: Character?, _ valueName: String, _ help: String,
    hint: ValueHint = .text, _ parse: @escaping (String, String) throws(UsageError) -> T,
    _ store: @escaping (inout Target, T) -> Void
  ) -> Option {
    let info = OptionInfo(name: name, letter: letter, valueName: valueName, hint: hint, help: help)
    return Option(info: info) { (target: inout Target, text: String) throws(UsageError) in
      store(&target, try parse(text, name))
    }
  }

  /// The same option, which may be given more than once.
  var repeating: Option {
    var copy = self
    copy.info.repeats = true
    return copy
  }

  /// The same option, accepted for callers of other runtimes and not offered.
  var hidden: Option {
    var copy = self
    copy.info.isHidden = true
    return copy
  }
}
