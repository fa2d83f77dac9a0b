// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Testing

@testable import Cgroups

@Suite struct UnitLimitsTests {
  private func properties(_ resources: String, version: Int = 252) throws -> [UnitProperty] {
    let json = JSONNode(try JSONValue(parsing: Array(resources.utf8)))
    let plan = try LimitPlan(try LinuxResources(json: json))
    return UnitLimits.properties(plan, version: version)
  }

  @Test func memoryIsConverted() throws {
    let found = try properties(
      #"{"memory": {"limit": 1000, "swap": 1500, "reservation": -1}}"#)
    // Swap alone, not memory and swap together.
    #expect(
      found == [
        UnitProperty("MemorySwapMax", .uint64(500)), UnitProperty("MemoryMax", .uint64(1000)),
        UnitProperty("MemoryLow", .uint64(.max)),
      ])
  }

  @Test(
    arguments: [
      (#"{"quota": 20000, "period": 100000}"#, 200_000, 100_000),
      (#"{"quota": 33333, "period": 100000}"#, 340_000, 100_000),
      (#"{"quota": 1500}"#, 20_000, nil), (#"{"quota": 9223372036854775807}"#, .max, nil),
    ] as [(String, UInt64, UInt64?)])
  func aQuotaIsRoundedUp(_ cpu: String, _ quota: UInt64, _ period: UInt64?) throws {
    let found = try properties("{\"cpu\": \(cpu)}")
    #expect(found.contains(UnitProperty("CPUQuotaPerSecUSec", .uint64(quota))))
    let periods = found.filter { $0.name == "CPUQuotaPeriodUSec" }
    #expect(periods == (period.map { [UnitProperty("CPUQuotaPeriodUSec", .uint64($0))] } ?? []))
  }

  @Test(
    arguments: [
      ("20000 100000", "20000 100000"), ("50000 90000", "50400 90000"), ("33333", "34000"),
      ("max 50000", "max 50000"), ("18446744073709551615 1000", "18446744073709551615 1000"),
    ])
  func theFileGetsAQuotaInTheSameSteps(_ quota: String, _ written: String) throws {
    let resources = LinuxResources(unified: ["cpu.max": quota])
    let plan = try LimitPlan(resources).inStepsOfSystemd
    #expect(plan.writes.map(\.value) == [.text(written)])
  }

  @Test func noQuotaIsTheLargestNumber() throws {
    let found = try properties(#"{"cpu": {"quota": -1}}"#)
    #expect(found == [UnitProperty("CPUQuotaPerSecUSec", .uint64(.max))])
  }

  @Test func idleIsAWeightFrom252On() throws {
    let idle = #"{"cpu": {"idle": 1}}"#
    #expect(try properties(idle) == [UnitProperty("CPUWeight", .uint64(0))])
    #expect(try properties(idle, version: 251).isEmpty)
  }

  @Test(
    arguments: [
      ("0-2,7", [0b1000_0111]), ("8", [0, 1]), ("0", [1]), ("1,3-4", [0b1_1010]),
    ] as [(String, [UInt8])])
  func aListOfProcessorsIsAMask(_ list: String, _ bytes: [UInt8]) throws {
    #expect(UnitLimits.mask("AllowedCPUs", list) == [UnitProperty("AllowedCPUs", .bytes(bytes))])
  }

  @Test(arguments: ["3-1", "x", "1-2-3", "70000"])
  func whatIsNoListIsLeftToTheFile(_ list: String) {
    #expect(UnitLimits.mask("AllowedCPUs", list).isEmpty)
  }

  @Test func anEmptyLineTakesAListAway() {
    #expect(UnitLimits.mask("AllowedCPUs", "\n") == [UnitProperty("AllowedCPUs", .bytes([]))])
  }

  @Test func blockDevicesAreListed() throws {
    let found = try properties(
      """
      {"blockIO": {"weight": 500, "weightDevice": [{"major": 8, "minor": 0, "weight": 10}],
        "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 100},
                                  {"major": 8, "minor": 16, "rate": 0}]}}
      """)
    let device = BusValue.string("/dev/block/8:0")
    #expect(found.contains(UnitProperty("IOWeight", .uint64(4950))))
    #expect(
      found.contains(
        UnitProperty(
          "IODeviceWeight", .array(of: "(st)", [.structure([device, .uint64(1)])]))))
    #expect(
      found.contains(
        UnitProperty(
          "IOReadBandwidthMax",
          .array(
            of: "(st)",
            [
              .structure([device, .uint64(100)]),
              .structure([.string("/dev/block/8:16"), .uint64(.max)]),
            ]))))
  }

  @Test func filesByNameAreToldToo() throws {
    let found = try properties(
      #"{"unified": {"memory.high": "4096", "memory.min": "1M", "misc.max": "a 1"}}"#)
    // systemd would take 1M for nothing, and knows no misc.max.
    #expect(found == [UnitProperty("MemoryHigh", .uint64(4096))])
  }
}
