// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

/// Everything that reads a command line; one at a time, as getopt_long keeps
/// its place in globals.
@Suite(.serialized) struct CommandLineTests {
  /// The table of a made-up command with every form of option.
  enum Probe: CommandSyntax {
    struct Arguments: Equatable {
      var all = false
      var tty = false
      var user = ""
      var env: [String] = []
      var file: String?
      var words: [String] = []
    }

    static let name = "probe"
    static let summary = "probe the scanner"

    static var syntax: Syntax<Arguments> {
      Syntax(
        defaults: Arguments(), details: "",
        arguments: [Argument(name: "WORD", count: .rest, hint: .text, help: "words")],
        options: [
          .flag("all", "a", "all") { $0.all = $1 },
          .flag("tty", "t", "terminal") { $0.tty = $1 },
          .value("user", "u", "USER", "user") { $0.user = $1 },
          .value("env", "e", "ENV", "environment") { $0.env.append($1) }.repeating,
          .path("file", nil, "FILE", "file") { $0.file = $1 },
        ],
        store: { $0.words = $1 })
    }
  }

  /// The same table for a command whose arguments are another program's.
  enum StoppingProbe: CommandSyntax {
    static let name = "stopping-probe"
    static let summary = "probe where options end"

    static var syntax: Syntax<Probe.Arguments> {
      var syntax = Probe.syntax
      syntax.stopsAtFirstArgument = true
      return syntax
    }
  }

  /// The error of a command line, nil when it has none.
  static func failure<C: CommandSyntax>(_ command: C.Type, _ words: [String]) -> UsageError? {
    do throws(UsageError) {
      _ = try command.parse(words)
      return nil
    } catch {
      return error
    }
  }
}
