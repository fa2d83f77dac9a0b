// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

extension CommandLineTests {
  @Suite struct OptionScannerTests {
    typealias Options = Probe.Options

    @Test(arguments: [
      (["--all"], Options(all: true)),
      (["-a"], Options(all: true)),
      (["-all"], Options(all: true)),
      (["--all=false"], Options()),
      (["-all=true"], Options(all: true)),
      (["-a=0"], Options()),
      (["-at"], Options(all: true, tty: true)),
      (["-ta", "-t"], Options(all: true, tty: true)),
      (["-tu", "7"], Options(tty: true, user: "7")),
      (["--user", "7"], Options(user: "7")),
      (["--user=7"], Options(user: "7")),
      (["-user", "7"], Options(user: "7")),
      (["-user=7"], Options(user: "7")),
      (["-u", "7"], Options(user: "7")),
      (["-u7"], Options(user: "7")),
      (["-u=7"], Options(user: "7")),
      (["--user="], Options()),
      (["--user", "--all"], Options(user: "--all")),
      (["-u", "-all"], Options(user: "-all")),
      (["-e", "A=1", "--env", "B=2", "-env=C=3"], Options(env: ["A=1", "B=2", "C=3"])),
      (["--file", ""], Options()),
      (["--file", "/x y"], Options(file: "/x y")),
      (["-"], Options(words: ["-"])),
      ([""], Options(words: [""])),
      (["--", "-a"], Options(words: ["-a"])),
      (["one", "--all", "two"], Options(all: true, words: ["one", "two"])),
      (["one", "--", "--all"], Options(words: ["one", "--all"])),
      (["--user", "--", "x"], Options(user: "--", words: ["x"])),
    ])
    func wordsBecomeOptions(words: [String], options: Options) throws {
      #expect(try Probe.parse(words) == options)
    }

    @Test(arguments: [
      (["one", "--all"], Options(words: ["one", "--all"])),
      (["-a", "one", "-t", "--", "x"], Options(all: true, words: ["one", "-t", "--", "x"])),
      (["--", "one", "-t"], Options(words: ["one", "-t"])),
    ])
    func optionsEndAtTheFirstArgument(words: [String], options: Options) throws {
      #expect(try StoppingProbe.parse(words) == options)
    }

    @Test(arguments: [
      ["--nosuch"], ["--nosuch=1"], ["-nosuch"], ["-x"], ["-ax"], ["-xa"], ["--al"], ["--us", "7"],
      ["-tu7"], ["---all"], ["-file7"], ["--=x"], ["-=x"],
    ])
    func unknownOptionIsNamed(words: [String]) {
      #expect(
        failure(Probe.self, words)
          == UsageError("flag provided but not defined: \(words[0])"))
    }

    @Test(arguments: ["--user", "-u", "-user", "-tu", "--file"])
    func missingValueIsNamed(word: String) throws {
      let error = try #require(failure(Probe.self, ["word", word]))
      #expect(error.message.hasPrefix("flag needs an argument: -"))
      #expect(error.showsUsage)
    }

    @Test func badBooleanIsNamed() {
      #expect(
        failure(Probe.self, ["--all=yes"])
          == UsageError(value: "invalid value \"yes\" for --all: must be true or false"))
    }

    @Test(arguments: [["--help"], ["-h"], ["-help"], ["word", "--help"], ["-ah"]])
    func helpIsKnownEverywhere(words: [String]) throws {
      #expect(try Probe.parse(words) == nil)
    }

    @Test func aScanForgetsTheOneBefore() throws {
      _ = failure(Probe.self, ["-at", "one", "-u"])
      #expect(try Probe.parse(["-t"]) == Options(tty: true))
    }
  }
}
