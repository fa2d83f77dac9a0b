// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

extension CommandLineTests {
  @Suite struct OptionScannerTests {
    typealias Arguments = Probe.Arguments

    @Test(arguments: [
      (["--all"], Arguments(all: true)),
      (["-a"], Arguments(all: true)),
      (["-all"], Arguments(all: true)),
      (["--all=false"], Arguments()),
      (["-all=true"], Arguments(all: true)),
      (["-a=0"], Arguments()),
      (["-at"], Arguments(all: true, tty: true)),
      (["-ta", "-t"], Arguments(all: true, tty: true)),
      (["-tu", "7"], Arguments(tty: true, user: "7")),
      (["--user", "7"], Arguments(user: "7")),
      (["--user=7"], Arguments(user: "7")),
      (["-user", "7"], Arguments(user: "7")),
      (["-user=7"], Arguments(user: "7")),
      (["-u", "7"], Arguments(user: "7")),
      (["-u7"], Arguments(user: "7")),
      (["-u=7"], Arguments(user: "7")),
      (["--user="], Arguments()),
      (["--user", "--all"], Arguments(user: "--all")),
      (["-u", "-all"], Arguments(user: "-all")),
      (["-e", "A=1", "--env", "B=2", "-env=C=3"], Arguments(env: ["A=1", "B=2", "C=3"])),
      (["--file", ""], Arguments()),
      (["--file", "/x y"], Arguments(file: "/x y")),
      (["-"], Arguments(words: ["-"])),
      ([""], Arguments(words: [""])),
      (["--", "-a"], Arguments(words: ["-a"])),
      (["one", "--all", "two"], Arguments(all: true, words: ["one", "two"])),
      (["one", "--", "--all"], Arguments(words: ["one", "--all"])),
      (["--user", "--", "x"], Arguments(user: "--", words: ["x"])),
    ])
    func wordsBecomeOptions(words: [String], arguments: Arguments) throws {
      #expect(try Probe.parse(words) == arguments)
    }

    @Test(arguments: [
      (["one", "--all"], Arguments(words: ["one", "--all"])),
      (["-a", "one", "-t", "--", "x"], Arguments(all: true, words: ["one", "-t", "--", "x"])),
      (["--", "one", "-t"], Arguments(words: ["one", "-t"])),
    ])
    func optionsEndAtTheFirstArgument(words: [String], arguments: Arguments) throws {
      #expect(try StoppingProbe.parse(words) == arguments)
    }

    @Test(arguments: [
      ["--nosuch"], ["--nosuch=1"], ["-nosuch"], ["-x"], ["-ax"], ["-xa"], ["--al"], ["--us", "7"],
      ["-tu7"], ["---all"], ["-file7"], ["--=x"], ["-=x"],
    ])
    func unknownOptionIsNamed(words: [String]) {
      let error = failure(Probe.self, words)
      #expect(error?.message.hasPrefix("flag provided but not defined: \(words[0])") == true)
      #expect(error?.showsUsage == true)
    }

    @Test(arguments: [(["--al"], "--all"), (["--usre", "7"], "--user"), (["-flie=x"], "--file")])
    func theOptionThatWasMeantIsNamed(words: [String], meant: String) {
      #expect(
        failure(Probe.self, words)
          == UsageError(
            "flag provided but not defined: \(words[0]): did you mean \"\(meant)\"?"))
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
      #expect(try Probe.parse(["-t"]) == Arguments(tty: true))
    }
  }
}
