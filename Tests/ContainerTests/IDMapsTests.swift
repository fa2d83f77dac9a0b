// SPDX-License-Identifier: Apache-2.0

import RuntimeSpec
import Testing

@testable import Container

@Suite struct IDMapsTests {
  private let mappings = [
    LinuxIDMapping(containerID: 0, hostID: 100_000, size: 10),
    LinuxIDMapping(containerID: 1000, hostID: 5, size: 1),
    LinuxIDMapping(containerID: 4_294_967_290, hostID: 200_000, size: 5),
  ]

  @Test(
    arguments: [
      (0, 100_000), (9, 100_009), (1000, 5), (4_294_967_294, 200_004),
    ] as [(UInt32, UInt32)])
  func mappedIDsAreFoundOnTheHost(inside: UInt32, outside: UInt32) {
    #expect(IDMaps.hostID(of: inside, in: mappings) == outside)
  }

  @Test(arguments: [10, 999, 1001, 4_294_967_289, 4_294_967_295] as [UInt32])
  func otherIDsAreNobodys(inside: UInt32) {
    #expect(IDMaps.hostID(of: inside, in: mappings) == nil)
  }

  @Test func nobodyIsFoundWithoutMappings() {
    #expect(IDMaps.hostID(of: 0, in: []) == nil)
  }
}
