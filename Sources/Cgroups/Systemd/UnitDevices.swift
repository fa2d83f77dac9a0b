// SPDX-License-Identifier: Apache-2.0

/// Which devices a unit may use, in systemd's words.
///
/// The program that runp attaches decides; systemd is told so that what it
/// shows, and a program of its own, agree with it. What it has no words for,
/// such as a device denied after its kind was allowed, it is not told.
enum UnitDevices {
  /// The properties; none where everything is allowed, or what is cannot be
  /// said.
  static func properties(_ rules: [DeviceRule]?) -> [UnitProperty] {
    guard let rules, let allowed = allowed(rules) else { return [] }
    let entries = (allowed + DeviceRule.defaults).flatMap { rule in
      paths(of: rule).map { BusValue.structure([.string($0), .string(letters(rule.access))]) }
    }
    return [
      UnitProperty("DevicePolicy", .string("strict")),
      UnitProperty("DeviceAllow", .array(of: "(ss)", entries)),
    ]
  }

  /// The properties that put others in the place of those that a unit has.
  static func replacement(_ rules: [DeviceRule]) -> [UnitProperty] {
    // A list that is not empty is added to the one there is.
    let cleared = UnitProperty("DeviceAllow", .array(of: "(ss)", []))
    let properties = properties(rules)
    return [cleared]
      + (properties.isEmpty ? [UnitProperty("DevicePolicy", .string("auto"))] : properties)
  }

  /// The rules that allow something, if they alone tell what is allowed.
  private static func allowed(_ rules: [DeviceRule]) -> [DeviceRule]? {
    var allowed: [DeviceRule] = []
    for rule in rules {
      if rule.isAboutAll {
        if rule.allows { return nil }
        allowed = []
      } else if rule.allows {
        allowed.append(rule)
      } else if !allowed.isEmpty {
        return nil
      }
    }
    return allowed
  }

  /// How systemd names the devices of a rule: a number for a node, or a word
  /// for all of a driver.
  private static func paths(of rule: DeviceRule) -> [String] {
    let kinds: [DeviceRule.Kind] = rule.kind.map { [$0] } ?? [.character, .block]
    return kinds.map { kind in
      let word = kind == .character ? "char" : "block"
      switch (rule.major, rule.minor) {
      case (let major?, let minor?): return "/dev/\(word)/\(major):\(minor)"
      case (let major?, nil): return "\(word)-\(major)"
      case (nil, _): return "\(word)-*"
      }
    }
  }

  private static func letters(_ access: DeviceRule.Access) -> String {
    (access.contains(.read) ? "r" : "") + (access.contains(.write) ? "w" : "")
      + (access.contains(.make) ? "m" : "")
  }
}
