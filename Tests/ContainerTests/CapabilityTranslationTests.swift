// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import RuntimeSpec
import Testing

@testable import Container

@Suite struct CapabilityTranslationTests {
  private static let chown = CapabilitySet(number: 0)
  private static let kill = CapabilitySet(number: 5)
  private static let admin = CapabilitySet(number: 21)

  @Test func eachSetIsReadFromItsOwnNames() {
    let capabilities = ProcessCapabilities(
      LinuxCapabilities(
        bounding: ["CAP_CHOWN", "CAP_KILL"], effective: ["CAP_KILL"],
        inheritable: ["CAP_SYS_ADMIN"], permitted: ["CAP_CHOWN"], ambient: ["CAP_CHOWN"]))
    #expect(capabilities.bounding == [Self.chown, Self.kill])
    #expect(capabilities.effective == Self.kill)
    #expect(capabilities.inheritable == Self.admin)
    #expect(capabilities.permitted == Self.chown)
    #expect(capabilities.ambient == Self.chown)
    #expect(capabilities.unknownWarning == nil)
  }

  @Test func noObjectMeansNoCapabilities() {
    let capabilities = ProcessCapabilities(nil)
    #expect(capabilities == ProcessCapabilities(LinuxCapabilities()))
    #expect(capabilities.bounding.isEmpty && capabilities.permitted.isEmpty)
  }

  @Test func unknownNamesAreReportedOnce() {
    let capabilities = ProcessCapabilities(
      LinuxCapabilities(
        bounding: ["CAP_TEST", "CAP_CHOWN"], effective: ["cap_kill", "CAP_TEST"]))
    #expect(capabilities.bounding == Self.chown)
    #expect(capabilities.effective.isEmpty)
    #expect(
      capabilities.unknownWarning == "ignoring unknown capabilities: CAP_TEST, cap_kill")
  }

  @Test func whatIsNotGrantedIsNamed() {
    #expect(ProcessCapabilities.warning(notGranted: []) == nil)
    #expect(
      ProcessCapabilities.warning(notGranted: [Self.kill, Self.chown])
        == "capabilities that this process cannot grant: CAP_CHOWN, CAP_KILL")
  }

  @Test func onlyWhatTheThreadHasIsGrantable() {
    let all: CapabilitySet = [Self.chown, Self.kill, Self.admin]
    var wanted = ProcessCapabilities(nil)
    wanted.permitted = all
    wanted.effective = all
    wanted.inheritable = all
    let now = ThreadCapabilities(
      effective: [], permitted: [Self.chown, Self.kill], inheritable: Self.admin)
    #expect(
      wanted.grantable(from: now, bounding: Self.chown)
        == ThreadCapabilities(
          effective: [Self.chown, Self.kill], permitted: [Self.chown, Self.kill],
          inheritable: [Self.chown, Self.admin]))
  }

  @Test func effectiveStaysWithinPermitted() {
    var wanted = ProcessCapabilities(nil)
    wanted.permitted = Self.chown
    wanted.effective = [Self.chown, Self.kill]
    let now = ThreadCapabilities(
      effective: [], permitted: [Self.chown, Self.kill], inheritable: [])
    #expect(wanted.grantable(from: now, bounding: []).effective == Self.chown)
  }

  @Test(.enabled(if: geteuid() == 0)) func anotherUserGetsExactlyTheSets() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let names = ["CAP_CHOWN", "CAP_KILL"]
      let capabilities = ProcessCapabilities(
        LinuxCapabilities(
          bounding: names, effective: names, inheritable: ["CAP_KILL"], permitted: names,
          ambient: names))
      let lost = try capabilities.limitBounding()
      try capabilities.keepAcrossUserChange()
      try OwnProcess.setUser(12345)
      let grant = try capabilities.grant()
      try grant.take()
      let refused = grant.refused
      let now = try ThreadCapabilities.current()
      let chown = CapabilitySet(number: 0)
      let kill = CapabilitySet(number: 5)
      // Ambient takes what is inheritable too.
      let asAsked =
        lost.isEmpty && refused == chown && now.permitted == [chown, kill]
        && now.effective == [chown, kill] && now.inheritable == kill
      let bounding = ThreadCapabilities.bounding(of: CapabilitySet(rawValue: .max))
      exit(asAsked && bounding == [chown, kill] ? 7 : 1)
    }
  }

  @Test(.enabled(if: geteuid() == 0)) func nothingIsLeftWithoutTheObject() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let capabilities = ProcessCapabilities(nil)
      let lost = try capabilities.limitBounding()
      try capabilities.keepAcrossUserChange()
      try OwnProcess.setUser(12345)
      let grant = try capabilities.grant()
      try grant.take()
      let refused = grant.refused
      let none = ThreadCapabilities(effective: [], permitted: [], inheritable: [])
      let now = try ThreadCapabilities.current()
      exit(lost.isEmpty && refused.isEmpty && now == none ? 7 : 1)
    }
  }

  @Test(.enabled(if: geteuid() == 0)) func whatTheHostLacksIsReportedAndLeftOut() async {
    await #expect(processExitsWith: .exitCode(7)) {
      let chown = CapabilitySet(number: 0)
      let kill = CapabilitySet(number: 5)
      // A host that lacks CAP_KILL.
      try ThreadCapabilities.dropBounding(keeping: CapabilitySet(rawValue: .max).subtracting(kill))
      var now = try ThreadCapabilities.current()
      now.permitted.subtract(kill)
      now.effective.subtract(kill)
      try now.apply()
      let names = ["CAP_CHOWN", "CAP_KILL"]
      let capabilities = ProcessCapabilities(
        LinuxCapabilities(
          bounding: names, effective: names, inheritable: names, permitted: names, ambient: names))
      let lost = try capabilities.limitBounding()
      let grant = try capabilities.grant()
      try grant.take()
      let refused = grant.refused
      now = try ThreadCapabilities.current()
      let asAsked =
        lost == kill && refused == kill && now.permitted == chown && now.effective == chown
        && now.inheritable == chown
      exit(asAsked ? 7 : 1)
    }
  }
}
