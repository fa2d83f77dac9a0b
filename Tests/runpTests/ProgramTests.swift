// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Support
import Testing

@testable import runp

/// The program as a caller sees it: streams and exit statuses.
@Suite struct ProgramTests {
  private func runp(_ arguments: String..., directory: String = "/") throws -> Program.Result {
    try Program.run(Program.runp, arguments, directory: directory)
  }

  @Test func versionHasTheLinesThatCallersRead() throws {
    let result = try runp("--version")
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.first == "runp version 0.1.0")
    #expect(lines.contains("spec: 1.3.0"))
    #expect(lines.contains { $0.hasPrefix("libseccomp: 2.") })
    #expect(try runp("-v").output == result.output)
    #expect(try runp("-version").output == result.output)
  }

  @Test func calledAsRuncTheVersionIsRuncs() throws {
    let directory = TemporaryDirectory()
    let link = "\(directory.path)/runc"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Program.runp)
    #expect(try Program.run(link, ["--version"]).output.hasPrefix("runc version 0.1.0"))
  }

  @Test(arguments: [[], ["--help"], ["-h"], ["help"], ["--debug", "--help"]])
  func helpGoesToStandardOutput(words: [String]) throws {
    let result = try Program.run(Program.runp, words)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("runp - "))
    #expect(result.error == "")
  }

  @Test func helpOnACommand() throws {
    for result in [try runp("spec", "--help"), try runp("help", "spec")] {
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("runp spec - "))
    }
  }

  @Test(arguments: ["checkpoint", "restore", "nosuch"])
  func unknownCommandIsAUsageError(name: String) throws {
    for words in [[name], [name, "--help"], ["help", name]] {
      let result = try Program.run(Program.runp, words)
      #expect(result.status == 1)
      #expect(result.error.hasPrefix("runp: unknown command \"\(name)\"\n"))
      #expect(result.output == "")
    }
  }

  @Test(arguments: [
    (["--nosuch"], "runp: flag provided but not defined: --nosuch\nusage: runp "),
    (["--log"], "runp: flag needs an argument: --log\nusage: runp "),
    (["spec", "--nosuch"], "runp: flag provided but not defined: --nosuch\nusage: runp spec "),
    (["completion"], "runp: \"completion\" requires exactly 1 argument\nusage: runp completion "),
    (["completion", "csh"], "runp: invalid shell: csh (must be one of bash, zsh, fish)\n"),
    (["--log-format", "xml", "features"], "runp: invalid log-format: xml"),
    (["--systemd-log", "list"], "runp: list: logging to journald is not supported yet\n"),
    (["--log", "syslog:x", "features"], "runp: log syslog:x: "),
    (["--root", "/", "list"], "runp: list: the state directory (--root) must not be /\n"),
  ])
  func mistakesAreNamed(words: [String], error: String) throws {
    let result = try Program.run(Program.runp, words)
    #expect(result.status == 1)
    #expect(result.error.hasPrefix(error))
    #expect(result.output == "")
  }

  @Test(arguments: [
    ["help"], ["features"], ["man"], ["completion", "bash"], ["state", "--help"],
    ["pod", "--help"],
  ])
  func whatNeedsNoStateIsGivenWithoutIt(words: [String]) throws {
    for options in [["--root", "/"], ["--systemd-cgroup"], ["--systemd-log"]] {
      let result = try Program.run(Program.runp, options + words)
      #expect(result.status == 0)
      #expect(result.error == "")
    }
  }

  @Test func fatalErrorsGoToTheLogAndToStandardError() throws {
    let directory = TemporaryDirectory()
    let log = "\(directory.path)/log.json"
    let result = try runp("--log", log, "--log-format=json", "spec", "-b", "/nonexistent")
    #expect(result.status == 1)
    let words = "spec: open /nonexistent/config.json: no such file or directory"
    #expect(result.error == "runp: \(words)\n")
    let line = try JSONValue(parsing: String(contentsOfFile: log, encoding: .utf8))
    #expect(line["level"] == "error")
    #expect(line["msg"] == .string(words))
  }

  @Test(arguments: [
    (["state", "c1"], "state c1: container does not exist: c1"),
    (["delete", "c1"], "delete c1: container does not exist: c1"),
    (["start", "c1"], "start c1: container does not exist: c1"),
    (["kill", "c1", "1x"], "kill c1: unknown signal \"1x\""),
    (
      ["create", "-b", "/nonexistent", "c1"],
      "create c1: open the bundle: open /nonexistent: no such file or directory"
    ),
    (
      ["run", "-b", "/nonexistent", "c1"],
      "run c1: open the bundle: open /nonexistent: no such file or directory"
    ),
    (["pod", "state", "web"], "pod state web: pod web does not exist"),
    (
      ["pod", "create", "-f", "/nonexistent", "web"],
      "pod create web: read the pod's file: open /nonexistent: no such file or directory"
    ),
    (
      ["pod", "run", "-f", "/nonexistent"],
      "pod run /nonexistent: read the pod's file: open /nonexistent: no such file or directory"
    ),
    (["pod", "run", "web"], "pod run web: it needs a file: pass one with --file"),
  ])
  func errorsNameTheCommandAndWhatItIsAbout(words: [String], message: String) throws {
    let result = try Program.run(Program.runp, ["--root", "/nonexistent"] + words)
    #expect(result.status == 1)
    #expect(result.error == "runp: \(message)\n")
  }

  @Test func execThatFailsHasAStatusOfItsOwn() throws {
    let result = try runp("--root", "/nonexistent", "exec", "c1", "true")
    #expect(result.status == 255)
    #expect(result.error == "runp: exec c1: container does not exist: c1\n")
  }

  @Test func wordsThatAreNotTextAreRefused() throws {
    let result = try Program.run(
      "/bin/sh", ["-c", #"exec "$0" --root "$(printf 'a\377b')" list"#, Program.runp])
    #expect(result.status == 1)
    #expect(result.error == "runp: argument 2 is not text in UTF-8\n")
  }

  @Test(arguments: ["9223372036854775807", "1048577", "-1", "x"])
  func numberOfListenedFilesIsBounded(number: String) throws {
    let script = #"LISTEN_PID=$$ exec "$0" --root /nonexistent create --preserve-fds 1 c1"#
    let result = try Program.run(
      "/bin/sh", ["-c", script, Program.runp],
      environment: ["LISTEN_FDS": number])
    #expect(result.status == 1)
    #expect(
      result.error
        == "runp: create c1: LISTEN_FDS: \"\(number)\" is not a number from 0 to 1048576\n")
  }

  @Test func messagesDoNotReachTheTerminalRaw() throws {
    let result = try runp("--cgroup-manager", "a\n\u{1B}[31mb\u{7F}", "list")
    #expect(result.status == 1)
    #expect(result.error.hasPrefix(#"runp: invalid cgroup-manager: a\n\u001b[31mb\u007f (must "#))
    #expect(result.error.split(separator: "\n").count == 1)
    let unknown = try runp("\u{1B}c")
    #expect(unknown.error == "runp: unknown command \"\\u001bc\"\n\(HelpText.hint)")
  }

  @Test(arguments: [["--debug"], ["--log-level", "debug"]])
  func debugTellsTheCallAndItsOutcome(options: [String]) throws {
    let directory = TemporaryDirectory()
    let log = "\(directory.path)/log.json"
    let words = options + ["--root", "/nonexistent", "--log", log, "--log-format", "json"]
    #expect(try Program.run(Program.runp, words + ["list"]).status == 0)
    #expect(
      try Program.run(Program.runp, words + ["exec", "-e", "KEY=x", "c1", "id"]).status == 255)
    let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    let values = try lines.map { try JSONValue(parsing: String($0)) }
    #expect(values.map { $0["level"] } == ["debug", "debug", "debug", "debug", "error"])
    #expect(
      values.map { $0["msg"] } == [
        "runp 0.1.0: list, state in /nonexistent", "list: exit status 0",
        "runp 0.1.0: exec c1, state in /nonexistent", "exec c1: exit status 255",
        "exec c1: container does not exist: c1",
      ])
  }

  @Test func higherLevelsLeaveThatOut() throws {
    for level in ["info", "warning", "error"] {
      let result = try runp("--log-level", level, "--root", "/nonexistent", "list")
      #expect(result.status == 0)
      #expect(result.error == "")
    }
  }

  @Test func closedStreamsAreNotTakenByTheLog() throws {
    let directory = TemporaryDirectory()
    let result = try Program.run(
      "/bin/sh", ["-c", "exec \"$0\" --log log nosuch 2>&-", Program.runp],
      directory: directory.path)
    #expect(result.status == 1)
    let log = try String(contentsOfFile: "\(directory.path)/log", encoding: .utf8)
    #expect(log.split(separator: "\n").count == 1)
  }

  @Test func jsonOnStandardErrorIsTheOnlyThingThere() throws {
    let result = try runp("--log-format", "json", "nosuch")
    let line = try JSONValue(parsing: result.error)
    #expect(line["msg"] == "unknown command \"nosuch\"")
  }

  @Test func specIsWrittenOnce() throws {
    let directory = TemporaryDirectory()
    let result = try runp("spec", directory: directory.path)
    #expect(result.status == 0)
    #expect(result.output + result.error == "")
    let path = "\(directory.path)/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(try JSONValue(parsing: text)["ociVersion"] == "1.3.0")
    let again = try runp("spec", "--bundle", directory.path)
    #expect(again.status == 1)
    #expect(again.error == "runp: spec: File config.json exists. Remove it first\n")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func specForUsersMapsTheCaller() throws {
    let directory = TemporaryDirectory()
    #expect(try runp("spec", "--rootless", "-b", directory.path, "-f", "user.json").status == 0)
    let text = try String(contentsOfFile: "\(directory.path)/user.json", encoding: .utf8)
    let document = try JSONValue(parsing: text)
    #expect(
      document["linux"]?["uidMappings"]
        == [["containerID": 0, "hostID": JSONValue(geteuid()), "size": 1]])
  }

  @Test func featuresIsOneDocument() throws {
    let result = try runp("features")
    #expect(result.status == 0)
    #expect(try JSONValue(parsing: result.output)["ociVersionMax"] == "1.3.0")
  }
}
