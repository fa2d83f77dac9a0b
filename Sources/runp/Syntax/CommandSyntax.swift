// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// A word that a command takes after its options.
struct Argument: Sendable {
  /// How often the word may occur.
  enum Count: Sendable {
    /// Exactly once.
    case one
    /// Once or not at all.
    case optional
    /// All the words that are left, if any.
    case rest
  }

  /// The name in help.
  let name: String
  /// How often it may occur.
  let count: Count
  /// What it stands for.
  let hint: ValueHint
  /// One line on what it is.
  let help: String

  /// The argument as the usage line shows it.
  var placeholder: String {
    switch count {
    case .one: name
    case .optional: "[\(name)]"
    case .rest: "[\(name)...]"
    }
  }

  /// The ID of a container that exists.
  static let container = Argument(
    name: "CONTAINER", count: .one, hint: .container, help: "ID of the container")
  /// The ID of a container to be made.
  static let newContainer = Argument(
    name: "CONTAINER", count: .one, hint: .newContainer,
    help: "ID for the new container, unique on this host")
  /// The ID of a pod that exists.
  static let pod = Argument(name: "POD", count: .one, hint: .pod, help: "ID of the pod")
  /// The ID of a pod to be made.
  static let newPod = Argument(
    name: "POD", count: .one, hint: .newPod, help: "ID for the new pod, unique on this host")
}

/// The table of a command: the one place that parsing, help, manual and
/// completions are made from.
struct Syntax<Arguments> {
  /// The arguments before anything was given.
  let defaults: Arguments
  /// What help says under the usage line; paragraphs are separated by an empty line.
  let details: String
  /// The words after the options.
  let arguments: [Argument]
  /// The options.
  let options: [Option<Arguments>]
  /// Whether options end at the first argument, because what follows is
  /// another program's.
  var stopsAtFirstArgument = false
  /// Stores the arguments, whose number has been checked, and checks what goes together.
  let store: (inout Arguments, [String]) throws(UsageError) -> Void
}

/// A command as the command line knows it, with or without the means to run.
protocol CommandSyntax {
  /// What the command line is read into.
  associatedtype Arguments
  /// The word or words that call it, such as `create` or `pod create`.
  static var name: String { get }
  /// One line on what it does.
  static var summary: String { get }
  /// Whether help, manual and completions leave it out.
  static var isHidden: Bool { get }
  /// The exit status when it fails for any reason but its usage.
  static var failureStatus: Int32 { get }
  /// Whether its processes can be seen in containers; it has to be among what
  /// `cstart_enters` knows.
  static var entersContainers: Bool { get }
  /// What a call is about: the container's or pod's ID, if there is one.
  static func subject(of arguments: Arguments) -> String?
  /// Builds the table; built only for the command that is called.
  static var syntax: Syntax<Arguments> { get }
}

extension CommandSyntax {
  static var isHidden: Bool { false }
  static var failureStatus: Int32 { CommandStatus.failure }
  static var entersContainers: Bool { false }

  static func subject(of arguments: Arguments) -> String? { nil }

  /// What help, manual and completions need of the table.
  static var info: CommandInfo {
    let syntax = syntax
    return CommandInfo(
      name: name, summary: summary, details: syntax.details, arguments: syntax.arguments,
      options: syntax.options.map { $0.info }, stopsAtFirstArgument: syntax.stopsAtFirstArgument)
  }

  /// Reads the words after the command's name.
  ///
  /// - Returns: nil when help was asked for.
  static func parse(_ words: [String]) throws(UsageError) -> Arguments? {
    let syntax = syntax
    var arguments = syntax.defaults
    let found = try OptionScanner.scan(
      words, syntax.options, into: &arguments, stopsAtFirstArgument: syntax.stopsAtFirstArgument)
    guard let words = found else { return nil }
    try ArgumentCheck.check(words, against: syntax.arguments, command: name)
    try syntax.store(&arguments, words)
    return arguments
  }
}

extension CommandSyntax where Arguments: HasID {
  static func subject(of arguments: Arguments) -> String? { arguments.id }
}

extension CommandSyntax {
  /// A call as errors name it, such as `create c1`.
  static func step(_ arguments: Arguments) -> String {
    subject(of: arguments).map { "\(name) \($0)" } ?? name
  }
}

/// A command's table without the type of its options.
struct CommandInfo: Sendable {
  /// The word or words that call it.
  let name: String
  /// One line on what it does.
  let summary: String
  /// The paragraphs of its help.
  let details: String
  /// The words after the options.
  let arguments: [Argument]
  /// The options.
  let options: [OptionInfo]
  /// Whether options end at the first argument.
  let stopsAtFirstArgument: Bool

  /// The options that are shown.
  var shownOptions: [OptionInfo] {
    options.filter { !$0.isHidden } + [OptionScanner.help]
  }
}

/// A command that can run.
protocol Command: CommandSyntax {
  /// Does it.
  ///
  /// - Returns: the exit status.
  static func run(
    _ arguments: Arguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32
}
