// SPDX-License-Identifier: Apache-2.0

import JSON
import RuntimeSpec
import Testing

@Suite struct SpecTemplateTests {
  /// The template without what sets it apart from runc's.
  func comparable(_ template: SpecTemplate, to other: JSONValue) throws -> JSONValue {
    guard case .object(var document) = template.json, case .object(var linux)? = document["linux"],
      case .array(let masked)? = linux["maskedPaths"]
    else { throw SpecError(path: "", reason: "the template is no object") }
    let own: [JSONValue] = ["/proc/interrupts", "/sys/devices/virtual/powercap"]
    #expect(own.allSatisfy { masked.contains($0) })
    linux["maskedPaths"] = .array(masked.filter { !own.contains($0) })
    document["linux"] = .object(linux)
    document["ociVersion"] = other["ociVersion"]
    document["hostname"] = other["hostname"]
    return .object(document)
  }

  @Test func isWhatRuncStartsFrom() throws {
    let runc = try JSONValue(parsing: FixtureTests.bytes("good/runc-spec.json"))
    let template = SpecTemplate(cgroupNamespace: false)
    let text = try comparable(template, to: runc).bytes(.indented(by: "\t"))
    #expect(try text == FixtureTests.bytes("good/runc-spec.json"))
  }

  @Test func isWhatRuncStartsFromRootless() throws {
    let runc = try JSONValue(parsing: FixtureTests.bytes("good/runc-spec-rootless.json"))
    let template = SpecTemplate(rootless: User(), cgroupNamespace: false)
    #expect(try comparable(template, to: runc) == runc)
  }

  @Test(arguments: [nil, User(uid: 1000, gid: 1001)], [true, false])
  func isValid(rootless: User?, cgroupNamespace: Bool) throws {
    let template = SpecTemplate(rootless: rootless, cgroupNamespace: cgroupNamespace)
    let spec = try Spec(json: JSONNode(template.json))
    try spec.validate()
    #expect(spec.linux?.namespaces.holds(.cgroup) == cgroupNamespace)
    #expect(spec.linux?.uidMappings.first?.hostID == rootless?.uid)
    #expect(spec.linux?.gidMappings.first?.hostID == rootless?.gid)
  }
}
