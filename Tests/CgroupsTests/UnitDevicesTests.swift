// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Cgroups

@Suite struct UnitDevicesTests {
  private func entries(_ rules: [DeviceRule]) -> [BusValue]? {
    let found = UnitDevices.properties(rules).first { $0.name == "DeviceAllow" }
    guard case .array(_, let entries)? = found?.value else { return nil }
    return entries
  }

  private let denyAll = DeviceRule(false, nil, nil, nil, .all)

  @Test func allowedDevicesAreNamed() throws {
    let found = try #require(
      entries([
        denyAll, DeviceRule(true, .character, 10, 229, [.read, .write]),
        DeviceRule(true, .block, 8, nil, .read), DeviceRule(true, .block, nil, nil, .make),
      ]))
    #expect(found.contains(.structure([.string("/dev/char/10:229"), .string("rw")])))
    #expect(found.contains(.structure([.string("block-8"), .string("r")])))
    #expect(found.contains(.structure([.string("block-*"), .string("m")])))
    // What every container has.
    #expect(found.contains(.structure([.string("/dev/char/1:3"), .string("rwm")])))
  }

  @Test func whereAllIsAllowedNothingIsSaid() {
    #expect(UnitDevices.properties([DeviceRule(true, nil, nil, nil, .all)]).isEmpty)
    #expect(UnitDevices.properties(nil).isEmpty)
  }

  @Test func whatCannotBeSaidIsLeftToTheProgram() {
    let rules = [
      denyAll, DeviceRule(true, .character, 10, nil, .all),
      DeviceRule(false, .character, 10, 229, .all),
    ]
    #expect(UnitDevices.properties(rules).isEmpty)
  }

  /// A list that is not empty is added to the one that a unit has.
  @Test func othersTakeThePlaceOfThoseThatThereAre() {
    let cleared = UnitProperty("DeviceAllow", .array(of: "(ss)", []))
    #expect(UnitDevices.replacement([denyAll]) == [cleared] + UnitDevices.properties([denyAll]))
    #expect(
      UnitDevices.replacement([DeviceRule(true, nil, nil, nil, .all)])
        == [cleared, UnitProperty("DevicePolicy", .string("auto"))])
  }
}
