// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import runp

extension CommandLineTests {
  @Suite struct ExecCommandTests {
    @Test(arguments: [
      (["c1", "ls", "-l", "--all"], ExecArguments(id: "c1", command: ["ls", "-l", "--all"])),
      (["c1", "--", "ls"], ExecArguments(id: "c1", command: ["ls"])),
      (["c1", "sh", "--", "x"], ExecArguments(id: "c1", command: ["sh", "--", "x"])),
      (["-td", "c1", "sh"], ExecArguments(id: "c1", command: ["sh"], tty: true, detach: true)),
      (["--tty=false", "c1", "sh"], ExecArguments(id: "c1", command: ["sh"])),
      (
        ["-u", "1000:100", "-g", "4", "-g=5", "c1", "id"],
        ExecArguments(
          id: "c1", command: ["id"], user: .init(uid: 1000, gid: 100), additionalGIDs: [4, 5])
      ),
      (
        ["--cgroup", "x/y", "c1", "sh"],
        ExecArguments(id: "c1", command: ["sh"], cgroup: "x/y")
      ),
      (
        ["-u0", "c1", "id"], ExecArguments(id: "c1", command: ["id"], user: .init(uid: 0, gid: nil))
      ),
      (
        ["--env", "A=1", "-e", "B=", "-c", "CAP_KILL", "--cap=CAP_CHOWN", "c1", "x"],
        ExecArguments(
          id: "c1", command: ["x"], environment: ["A=1", "B="],
          capabilities: ["CAP_KILL", "CAP_CHOWN"])
      ),
      (
        ["--pid-file", "p", "--process", "j", "--detach", "--console-socket", "s", "c1"],
        ExecArguments(
          id: "c1", process: "j", consoleSocket: "s", pidFile: "p", detach: true)
      ),
      (
        [
          "--cwd=/w", "--process-label", "l", "--apparmor", "p", "--no-new-privs",
          "--preserve-fds=1", "--ignore-paused", "--pidfd-socket", "f", "c1", "x",
        ],
        ExecArguments(
          id: "c1", command: ["x"], pidfdSocket: "f", cwd: "/w", processLabel: "l",
          apparmorProfile: "p",
          noNewPrivileges: true, preserveFDs: 1, ignorePaused: true)
      ),
    ])
    func wordsBecomeOptions(words: [String], options: ExecArguments) throws {
      #expect(try ExecCommand.parse(words) == options)
    }

    @Test(arguments: [
      "", "root", "1000x", "1000:", ":100", "1:2:3", "-1", "+1", " 1", "4294967295", "4294967296",
      "1:4294967296",
    ])
    func userIsReadToTheLastCharacter(user: String) throws {
      let error = try #require(failure(ExecCommand.self, ["--user=\(user)", "c1", "id"]))
      #expect(error.message.contains("--user"))
      #expect(!error.showsUsage)
    }

    @Test(arguments: ["A", "=1", ""])
    func environmentNeedsANameAndAValue(variable: String) throws {
      let error = try #require(failure(ExecCommand.self, ["--env=\(variable)", "c1", "id"]))
      #expect(error.message == "invalid value \"\(variable)\" for --env: must be NAME=VALUE")
    }

    @Test func commandAndProcessExcludeEachOther() {
      #expect(
        failure(ExecCommand.self, ["-p", "p.json", "c1", "sh"])
          == UsageError("\"exec\" takes a command or --process, not both"))
      for words in [["c1"], ["c1", "--"]] {
        let message = failure(ExecCommand.self, words)?.message
        #expect(message?.hasPrefix("exec args cannot be empty") == true)
      }
    }

    @Test(arguments: [
      ["--cwd", "/"], ["--env", "A=1"], ["--user", "0"], ["--additional-gids", "4"],
      ["--process-label", "l"], ["--apparmor", "p"], ["--no-new-privs"], ["--cap", "CAP_KILL"],
    ])
    func processIsNotDescribedTwice(words: [String]) {
      #expect(
        failure(ExecCommand.self, ["-p", "p.json"] + words + ["c1"])
          == UsageError("\"exec\" takes \(words[0]) or --process, not both"))
    }

    /// As go-runc and conmon call it, with what their callers add.
    @Test(arguments: [
      ["--detach", "--pid-file", "f"], ["--console-socket", "s"], ["--preserve-fds", "3"],
      ["--tty"], ["-td"], ["--cwd", ""], ["--cgroup", "x"], ["--ignore-paused"],
      ["--pidfd-socket", "s"],
    ])
    func processGoesWithHowItIsRun(words: [String]) throws {
      #expect(try ExecCommand.parse(["-p", "p.json"] + words + ["c1"])?.process == "p.json")
    }

    @Test func dockerHabitIsNamed() {
      #expect(
        failure(ExecCommand.self, ["-it", "c1", "sh"])?.message
          == "flag provided but not defined: -it")
    }
  }
}
