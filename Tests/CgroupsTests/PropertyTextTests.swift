// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Cgroups

@Suite struct PropertyTextTests {
  @Test(
    arguments: [
      ("'a b'", .string("a b")), (#""a\"b\n""#, .string("a\"b\n")), ("true", .bool(true)),
      ("5", .int32(5)), ("-5", .int32(-5)), ("0x1f", .int32(31)), ("uint64 5", .uint64(5)),
      ("byte 255", .byte(255)), ("1.5", .double(1.5)), ("objectpath '/a'", .objectPath("/a")),
      ("['a', 'b']", .strings(["a", "b"])), ("@as []", .strings([])), ("@t 7", .uint64(7)),
      ("('a', uint64 1)", .structure([.string("a"), .uint64(1)])),
      ("[('a', 'b')]", .array(of: "(ss)", [.structure([.string("a"), .string("b")])])),
      ("<true>", .variant(.bool(true))),
    ] as [(String, BusValue)])
  func valuesAreRead(_ text: String, _ value: BusValue) throws {
    #expect(try PropertyText.value(text) == value)
  }

  @Test(arguments: [
    "", "'a", "[1, 'a']", "[]", "5 6", "byte 256", "uint32 -1", "[1", "(1", "nothing",
    String(repeating: "[", count: 100), "@", "uint64", "@s [1]", "@i 'a'", "uint32 uint64 5",
  ])
  func whatIsNoValueIsRefused(_ text: String) {
    #expect(throws: PropertyText.Failure.self) { try PropertyText.value(text) }
  }

  /// libdbus would end the process that puts it into a message.
  @Test(arguments: [
    "objectpath 'a'", "objectpath ''", "objectpath '/a/'", "@ao ['a']", "('a', @o 'b')", "<@o 'b'>",
    "@aZ []", "@a []", "@a( []", "@a{s []", "()", "[()]", "(1, ())", "<()>", "@a() []",
    "@\(String(repeating: "a", count: 40))s []",
  ])
  func whatNoMessageCanCarryIsRefused(_ text: String) {
    #expect(throws: PropertyText.Failure.self) { try PropertyText.value(text) }
  }

  @Test func annotationsArePropertiesOfTheUnit() throws {
    let found = try UnitAnnotations.properties([
      "org.systemd.property.TimeoutStopUSec": "uint64 5", "other": "x",
      "org.systemd.property.RuntimeMaxSec": "2", "org.systemd.property.CollectMode": "'inactive'",
    ])
    #expect(
      found == [
        UnitProperty("TimeoutStopUSec", .uint64(5)),
        UnitProperty("RuntimeMaxUSec", .uint64(2_000_000)),
        UnitProperty("CollectMode", .string("inactive")),
      ])
  }

  @Test(arguments: [
    ("org.systemd.property.A", "x"), ("org.systemd.property.", "true"),
    ("org.systemd.property.a b", "true"), ("org.systemd.property.ASec", "'x'"),
    ("org.systemd.property.ASec", "-1"),
  ])
  func anAnnotationThatIsNoneIsNamed(_ key: String, _ value: String) {
    #expect {
      try UnitAnnotations.properties([key: value])
    } throws: { "\($0)".hasPrefix("annotations.\(key): ") }
  }
}
