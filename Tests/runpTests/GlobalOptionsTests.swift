// SPDX-License-Identifier: Apache-2.0

import Container
import Kernel
import Testing

@testable import runp

extension CommandLineTests {
  @Suite struct GlobalOptionsTests {
    /// The options of words that are followed by a command.
    private func parse(_ words: String...) throws -> GlobalOptions {
      let (options, rest) = try #require(try GlobalOptions.parse(words + ["state", "--x", "c1"]))
      #expect(rest == ["state", "--x", "c1"])
      return options
    }

    private func message(_ body: () throws(RuntimeError) -> Void) -> String? {
      do throws(RuntimeError) {
        try body()
        return nil
      } catch {
        return error.description
      }
    }

    @Test func containerdShimsWords() throws {
      let options = try parse(
        "--root", "/run/containerd/runc/k8s.io", "--log", "/b/log.json", "--log-format", "json",
        "--rootless=false")
      #expect(options.root == "/run/containerd/runc/k8s.io")
      #expect(try options.logPath() == "/b/log.json")
      #expect(options.logFormat == .json)
      #expect(options.rootless == .false)
      #expect(options.leastLevel == .warning)
    }

    @Test func podmansWords() throws {
      let options = try parse("--log-format=json", "--log", "/x", "--cgroup-manager", "disabled")
      #expect(options.cgroupManager == .disabled)
      #expect(message { () throws(RuntimeError) in try options.checkSupported() } == nil)
    }

    @Test func debugIsALevel() throws {
      #expect(try parse("--debug").leastLevel == .debug)
      #expect(try parse("--log-level", "error").leastLevel == .error)
      #expect(try parse().leastLevel == .warning)
    }

    @Test func criuOfOlderCallersIsIgnored() throws {
      #expect(try parse("--criu", "/usr/sbin/criu").cgroupManager == .cgroupfs)
    }

    @Test func journaldIsRefused() throws {
      let (options, _) = try #require(try GlobalOptions.parse(["--systemd-log", "list"]))
      #expect(
        message { () throws(RuntimeError) in try options.checkSupported() }
          == "logging to journald is not supported yet")
    }

    @Test(arguments: [
      ("/x", "/x"), ("file:/x", "/x"), ("/a:b", "/a:b"), ("x.log", "x.log"),
    ])
    func logIsAFile(log: String, path: String) throws {
      #expect(try parse("--log", log).logPath() == path)
    }

    @Test(arguments: ["journald:x", "syslog:x"])
    func otherLogsAreRefused(log: String) throws {
      let options = try parse("--log", log)
      let text = message { () throws(RuntimeError) in _ = try options.logPath() }
      #expect(text?.hasPrefix("log \(log): ") == true)
      #expect(text?.hasSuffix(" is not supported yet") == true)
    }

    @Test(arguments: [
      ["--log-format", "xml"], ["--log-level=loud"], ["--rootless", "maybe"],
      ["--cgroup-manager", "openrc"],
    ])
    func badWordIsNamedWithTheGoodOnes(words: [String]) throws {
      do {
        _ = try GlobalOptions.parse(words)
        Issue.record("\(words) was taken")
      } catch {
        #expect(error.message.hasPrefix("invalid "))
        #expect(error.message.contains("must be one of "))
      }
    }
  }
}
