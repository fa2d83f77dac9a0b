// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

extension CommandLineTests {
  @Suite struct CommandTests {
    @Test func createAsTheContainerdShimCallsIt() throws {
      let options = try CreateCommand.parse([
        "--bundle", "/b", "--pid-file", "/b/init.pid", "--console-socket", "/s/pty.sock",
        "--no-pivot", "--no-new-keyring", "--preserve-fds", "2", "c1",
      ])
      #expect(
        options?.creation
          == CreationArguments(
            id: "c1", bundle: "/b", consoleSocket: "/s/pty.sock", pidFile: "/b/init.pid",
            noPivot: true, noNewKeyring: true, preserveFDs: 2))
    }

    @Test func createHasDefaults() throws {
      let options = try CreateCommand.parse(["c1"])
      #expect(options?.creation == CreationArguments(id: "c1", bundle: "."))
    }

    @Test func createIgnoresWhatOnlyRunDoes() throws {
      let options = try CreateCommand.parse(["--detach", "-no-subreaper", "c1"])
      #expect(options?.creation == CreationArguments(id: "c1"))
    }

    @Test func createJoinsAPod() throws {
      let options = try CreateCommand.parse([
        "--pod", "web", "-f", "other.json", "--pidfd-socket=/s", "-b", "dir", "web-app",
      ])
      #expect(
        options?.creation
          == CreationArguments(
            id: "web-app", bundle: "dir", config: "other.json", pidfdSocket: "/s", pod: "web"))
    }

    @Test func runAsBuildkitCallsIt() throws {
      let options = try RunCommand.parse(["--bundle", "/b", "--keep", "c1"])
      var expected = RunArguments(keep: true)
      expected.creation = CreationArguments(id: "c1", bundle: "/b")
      #expect(options == expected)
    }

    @Test func optionsMayStandBehindTheContainer() throws {
      #expect(
        try RunCommand.parse(["c1", "-b", "dir"])?.creation
          == CreationArguments(id: "c1", bundle: "dir"))
      #expect(
        try CreateCommand.parse(["c1", "-b", "dir"])?.creation
          == CreationArguments(id: "c1", bundle: "dir"))
    }

    @Test func runDetached() throws {
      let options = try RunCommand.parse(["-d", "-no-subreaper", "--pid-file=p", "c1"])
      var expected = RunArguments(detach: true, noSubreaper: true)
      expected.creation = CreationArguments(id: "c1", pidFile: "p")
      #expect(options == expected)
    }

    @Test(arguments: [
      (["c1"], KillArguments(id: "c1")),
      (["c1", "KILL"], KillArguments(id: "c1", signal: "KILL")),
      (["--all", "c1", "9"], KillArguments(id: "c1", signal: "9", all: true)),
      (["-a", "c1", "9"], KillArguments(id: "c1", signal: "9", all: true)),
    ])
    func kill(words: [String], options: KillArguments) throws {
      #expect(try KillCommand.parse(words) == options)
    }

    @Test(arguments: [
      (["c1"], DeleteArguments(id: "c1")),
      (["--force", "c1"], DeleteArguments(id: "c1", force: true)),
      (["c1", "-f"], DeleteArguments(id: "c1", force: true)),
    ])
    func delete(words: [String], options: DeleteArguments) throws {
      #expect(try DeleteCommand.parse(words) == options)
    }

    @Test(arguments: [
      ([], ListArguments()),
      (["--format=json"], ListArguments(format: .json)),
      (["-q", "-f", "table"], ListArguments(quiet: true)),
    ])
    func list(words: [String], options: ListArguments) throws {
      #expect(try ListCommand.parse(words) == options)
      #expect(try PodListCommand.parse(words) == options)
    }

    @Test func stateAndStartTakeAContainer() throws {
      #expect(try StateCommand.parse(["c1"]) == IDArguments(id: "c1"))
      #expect(try StartCommand.parse(["c1"]) == IDArguments(id: "c1"))
    }

    @Test(arguments: [
      ([], SpecArguments()),
      (["-b", "d", "--rootless"], SpecArguments(bundle: "d", rootless: true)),
      (["--file", "x.json"], SpecArguments(file: "x.json")),
    ])
    func spec(words: [String], options: SpecArguments) throws {
      #expect(try SpecCommand.parse(words) == options)
    }

    @Test func podCommands() throws {
      #expect(
        try PodCreateCommand.parse(["-f", "pod.json", "web"])
          == PodCreateArguments(id: "web", file: "pod.json"))
      #expect(
        try PodRunCommand.parse(["-d", "-f", "pod.json"])
          == PodRunArguments(file: "pod.json", detach: true))
      #expect(
        try PodRunCommand.parse(["web", "--file=pod.json"])
          == PodRunArguments(id: "web", file: "pod.json"))
      #expect(
        try PodKillCommand.parse(["web", "HUP"]) == PodKillArguments(id: "web", signal: "HUP"))
      #expect(
        try PodStopCommand.parse(["-t", "3", "web"]) == PodStopArguments(id: "web", seconds: 3))
      #expect(
        try PodDeleteCommand.parse(["web", "--force"]) == PodDeleteArguments(id: "web", force: true)
      )
      #expect(try PodStartCommand.parse(["web"]) == IDArguments(id: "web"))
      #expect(try PodStateCommand.parse(["web"]) == IDArguments(id: "web"))
    }

    @Test(arguments: [
      ([], "\"create\" requires exactly 1 argument"),
      (["a", "b"], "\"create\" requires exactly 1 argument"),
      ([""], "container id cannot be empty"),
      (["../x"], "invalid container ID format: \"../x\""),
      (["."], "invalid container ID format: \".\""),
      ([".."], "invalid container ID format: \"..\""),
      ([".cache"], "invalid container ID format: \".cache\""),
      (["pods"], "invalid container ID format: \"pods\""),
      (["a b"], "invalid container ID format: \"a b\""),
      (["é"], "invalid container ID format: \"é\""),
      (["--pod", "a/b", "c1"], "invalid pod ID format: \"a/b\""),
      (
        ["--preserve-fds", "-1", "c1"],
        "invalid value \"-1\" for --preserve-fds: must be a number from 0 to 1048576"
      ),
      (
        ["--preserve-fds", "2x", "c1"],
        "invalid value \"2x\" for --preserve-fds: must be a number from 0 to 1048576"
      ),
    ])
    func createRefuses(words: [String], message: String) {
      #expect(failure(CreateCommand.self, words)?.message == message)
    }

    @Test(arguments: ["a", "A_b+c.d-9", "a...", String(repeating: "x", count: 255)])
    func idIsTaken(id: String) throws {
      #expect(try CreateCommand.parse(["--", id])?.creation.id == id)
    }

    @Test func argumentCountsAreNamed() {
      let exec = failure(ExecCommand.self, [])
      #expect(exec?.message == "\"exec\" requires a minimum of 1 argument")
      #expect(exec?.showsUsage == true)
      #expect(
        failure(KillCommand.self, ["a", "b", "c"])?.message == "\"kill\" requires 1 to 2 arguments")
      #expect(failure(ListCommand.self, ["a"])?.message == "\"list\" requires no arguments")
      #expect(
        failure(PodRunCommand.self, ["a", "b"])?.message
          == "\"pod run\" requires a maximum of 1 argument")
    }

    @Test func podIDIsCheckedWhereverItStands() {
      let message = "invalid pod ID format: \"a/b\""
      #expect(failure(PodCreateCommand.self, ["a/b"])?.message == message)
      #expect(failure(PodRunCommand.self, ["a/b"])?.message == message)
      #expect(failure(PodStateCommand.self, ["a/b"])?.message == message)
    }
  }
}
