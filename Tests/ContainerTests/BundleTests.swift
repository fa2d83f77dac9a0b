// SPDX-License-Identifier: Apache-2.0

import Container
import Glibc
import JSON
import Kernel
import RuntimeSpec
import Support
import Testing

@Suite struct BundleTests {
  private let directory = TemporaryDirectory()
  private var filters: SeccompCache { SeccompCache(root: directory.path, version: "1") }

  private func bundle(_ config: String) throws -> Bundle {
    try File.replace("\(directory.path)/config.json", with: Array(config.utf8))
    return try Bundle.load(directory.path, filters: filters)
  }

  private static let root = "{ \"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"r\"}"

  @Test func whatIsKeptIsWhatWasRead() throws {
    let config = Self.root + ",\n \"novelty\": 1.50 }\n"
    #expect(try bundle(config).configBytes == Array(config.utf8))
  }

  @Test func whatIsKeptOfAnAmendedOneIsWhatHolds() throws {
    let found = try bundle(Self.root + ", \"novelty\": 1 }")
    let amended = try found.amended { document throws(RuntimeError) in
      document[object: "root"]["path"] = "s"
      document[object: "linux"]["cgroupsPath"] = "/c"
    }
    #expect(amended.spec.root?.path == "s" && amended.spec.linux?.cgroupsPath == "/c")
    #expect(try Spec.decode(bytes: amended.configBytes) == amended.spec)
    #expect(try JSONValue(parsing: amended.configBytes)["novelty"] == 1)
    #expect(found.spec.root?.path == "r" && found.spec.linux == nil)
  }

  @Test func textThatIsRepairedIsSaidOnceAndKeptRepaired() throws {
    let broken =
      Array(Self.root.utf8) + Array(", \"annotations\": {\"a\": \"".utf8) + [0xE9]
      + Array("\"}}".utf8)
    try File.replace("\(directory.path)/config.json", with: broken)
    var warnings: [String] = []
    let found = try Bundle.load(directory.path, filters: filters) { warnings.append($0) }
    #expect(warnings == ["annotations.a: bytes that are not UTF-8 are replaced by U+FFFD"])
    #expect(found.configBytes == broken)
    let amended = try found.amended { document throws(RuntimeError) in document["hostname"] = "b" }
    #expect(try JSONValue(parsing: amended.configBytes)["annotations"]?["a"] == "\u{FFFD}")
    #expect(warnings.count == 1)
  }

  @Test func aChangeThatCannotBeUnderstoodIsAnError() throws {
    let found = try bundle(Self.root + "}")
    #expect(throws: RuntimeError.self) {
      try found.amended { document throws(RuntimeError) in document["hostname"] = 1 }
    }
  }
}
