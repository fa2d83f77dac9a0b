// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import RuntimeSpec
import Testing

@Suite struct FixtureTests {
  static let directory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "spec-fixtures/config")

  static func names(_ kind: String) -> [String] {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: directory.appending(path: kind).path)
    return (files ?? []).filter { $0.hasSuffix(".json") }.sorted()
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.appending(path: name)))
  }

  @Test func thereAreFixtures() {
    #expect(Self.names("good").count >= 8)
    #expect(Self.names("bad").count >= 40)
  }

  @Test(arguments: names("good"))
  func acceptsAGoodConfig(name: String) throws {
    try Spec.decode(bytes: Self.bytes("good/\(name)")).validate()
  }

  @Test(arguments: names("bad"))
  func refusesABadConfig(name: String) throws {
    let expected = try String(decoding: Self.bytes("bad/\(name.dropLast(5)).expect"), as: UTF8.self)
    let error = #expect(throws: SpecError.self) {
      try Spec.decode(bytes: Self.bytes("bad/\(name)")).validate()
    }
    #expect(error?.description == expected.trimmingCharacters(in: .newlines))
  }

  @Test(arguments: names("good"))
  func writesWhatItReads(name: String) throws {
    let value = try JSONValue(parsing: Self.bytes("good/\(name)"))
    #expect(try JSONValue(parsing: value.bytes()) == value)
    #expect(try JSONValue(parsing: value.bytes(.indented(by: "\t"))) == value)
  }
}
