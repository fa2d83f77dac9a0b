// SPDX-License-Identifier: Apache-2.0

import Container
import Foundation
import JSON
import Kernel
import Support
import Testing

@testable import runp

@Suite struct LogTests {
  private let time = Timestamp(seconds: 1_795_218_317)

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
    (951_782_400, "2000-02-29T00:00:00Z"), (951_868_800, "2000-03-01T00:00:00Z"),
    (1_709_164_800, "2024-02-29T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
    (1_735_689_600, "2025-01-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
    (-1, "1969-12-31T23:59:59Z"),
  ])
  func timesAreInUTC(seconds: Int, text: String) {
    #expect(Timestamp(seconds: seconds).description == text)
  }

  @Test func timesAgreeWithFoundation() {
    let formatter = ISO8601DateFormatter()
    for seconds in stride(from: -2_000_000_000, to: 8_000_000_000, by: 7_654_321) {
      let date = Date(timeIntervalSince1970: TimeInterval(seconds))
      #expect(Timestamp(seconds: seconds).description == formatter.string(from: date))
    }
  }

  @Test func jsonHasTheKeysInTheOrderThatRuncHas() {
    #expect(
      Log.line(.error, "a \"b\"\nc\\", at: time, .json)
        == #"{"level":"error","msg":"a \"b\"\nc\\","time":"2026-11-20T23:45:17Z"}"# + "\n")
  }

  @Test func textHasThreeFields() {
    #expect(
      Log.line(.warning, "a \"b\"\n", at: time, .text)
        == #"time="2026-11-20T23:45:17Z" level=warning msg="a \"b\"\n""# + "\n")
  }

  @Test func fileIsAppendedToAndTheFatalLineIsTheLast() throws {
    let directory = TemporaryDirectory()
    let path = "\(directory.path)/log.json"
    for message in ["first", "second"] {
      let log = try Log(path: path, format: .json, least: .warning)
      log.debug("too small")
      log.warning("careful")
      log.fatal(message, usage: "usage: for people\n")
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let values = try lines.map { try JSONValue(parsing: String($0)) }
    #expect(values.map { $0["level"] } == ["warning", "error", "warning", "error"])
    #expect(values.map { $0["msg"] } == ["careful", "first", "careful", "second"])
  }

  @Test func debugLevelKeepsEverything() throws {
    let directory = TemporaryDirectory()
    let path = "\(directory.path)/log"
    let log = try Log(path: path, format: .text, least: .debug)
    log.debug("d")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.contains("level=debug msg=\"d\"\n"))
  }

  @Test func logThatCannotBeOpenedIsAnError() {
    do throws(RuntimeError) {
      _ = try Log(path: "/nonexistent/log", format: .text, least: .error)
      Issue.record("the log was opened")
    } catch {
      #expect(
        error.description == "log: open /nonexistent/log: no such file or directory")
    }
  }
}
