// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct CapabilitySetTests {
  @Test(arguments: [
    ("CAP_CHOWN", 0), ("CAP_NET_BIND_SERVICE", 10), ("CAP_SYS_ADMIN", 21), ("CAP_SYSLOG", 34),
    ("CAP_CHECKPOINT_RESTORE", 40),
  ])
  func namesAndNumbersAgree(name: String, number: Int) throws {
    let set = try #require(CapabilitySet(name: name))
    #expect(set.numbers == [number])
    #expect(set.names == [name])
  }

  @Test(arguments: ["", "CAP_", "CHOWN", "cap_chown", "CAP_chown", "CAP_5", "5", "CAP_CHOWN "])
  func otherSpellingsAreUnknown(name: String) {
    #expect(CapabilitySet(name: name) == nil)
  }

  @Test func namedCapabilitiesHaveDistinctNames() {
    let names = CapabilitySet.named.names
    #expect(names.count >= 41)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.hasPrefix("CAP_") && CapabilitySet(name: $0) != nil })
  }

  @Test func numbersWithoutANameAreSpelledOut() {
    #expect(CapabilitySet(number: 63).names == ["CAP_63"])
    #expect(CapabilitySet(number: 64).isEmpty)
    #expect(CapabilitySet(number: -1).isEmpty)
  }

  @Test func ownSetsAreThoseOfProc() throws {
    let now = try ThreadCapabilities.current()
    #expect(try procSet("CapEff") == now.effective.rawValue)
    #expect(try procSet("CapPrm") == now.permitted.rawValue)
    #expect(try procSet("CapInh") == now.inheritable.rawValue)
    let bounding = ThreadCapabilities.bounding(of: CapabilitySet(rawValue: .max))
    #expect(try procSet("CapBnd") == bounding.rawValue)
  }

  @Test(.enabled(if: geteuid() == 0)) func boundingIsDroppedToWhatIsKept() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let kept: CapabilitySet = [CapabilitySet(number: 0), CapabilitySet(number: 5)]
      try ThreadCapabilities.dropBounding(keeping: kept)
      // Again, with nothing to drop and no right to.
      let now = try ThreadCapabilities.current()
      try ThreadCapabilities(effective: [], permitted: [], inheritable: now.inheritable).apply()
      try ThreadCapabilities.dropBounding(keeping: kept)
      exit(ThreadCapabilities.bounding(of: CapabilitySet(rawValue: .max)) == kept ? 7 : 1)
    }
  }

  @Test(.enabled(if: geteuid() == 0)) func droppingWithoutTheRightNamesTheCapability() async {
    await #expect(processExitsWith: .exitCode(7)) {
      try ThreadCapabilities(effective: [], permitted: [], inheritable: []).apply()
      do {
        try ThreadCapabilities.dropBounding(keeping: [])
      } catch {
        exit("\(error)".contains("PR_CAPBSET_DROP CAP_CHOWN") ? 7 : 2)
      }
    }
  }

  @Test(.enabled(if: geteuid() == 0)) func ambientNeedsInheritableAndPermitted() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let chown = CapabilitySet(number: 0)
      let kill = CapabilitySet(number: 5)
      var now = try ThreadCapabilities.current()
      now.inheritable = chown
      try now.apply()
      try ThreadCapabilities.clearAmbient()
      let refused = ThreadCapabilities.raiseAmbient([chown, kill])
      exit(refused == kill ? 7 : 1)
    }
  }

  private func procSet(_ key: String) throws -> UInt64 {
    let text = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(key):") })
    return try #require(UInt64(line.dropFirst(key.count + 1).drop { $0 == "\t" }, radix: 16))
  }
}
