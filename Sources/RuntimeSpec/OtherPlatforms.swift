// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// The sections of a configuration for other platforms.
///
/// Nothing in them is acted on; they have to be what the specification says all
/// the same, as a document that is wrong in one place can be wrong in others.
enum OtherPlatforms {
  /// What a property holds.
  fileprivate indirect enum Shape {
    case text
    case word([String])
    case texts
    case flag
    case number(UInt64)
    case numbers
    case object([String: Shape])
    case objects([String: Shape])
  }

  /// Checks the types of the sections that are there.
  static func check(_ document: JSONNode) throws(SpecError) {
    guard case .object(let members) = document.value else { return }
    for member in members {
      guard let section = section(member.key) else { continue }
      try check(member.key, .object(section), in: document)
    }
  }

  private static func check(
    _ key: String, _ shape: Shape, in node: JSONNode
  ) throws(SpecError) {
    switch shape {
    case .text: _ = try node.string(key)
    case .texts: _ = try node.strings(key)
    case .flag: _ = try node.bool(key)
    case .numbers: _ = try node.integers(key, as: UInt32.self)
    case .word(let words):
      if let text = try node.nonEmptyString(key), !words.contains(text) {
        throw node.path[key].notAWord(text, of: words)
      }
    case .number(let most):
      if let number = try node.integer(key, as: UInt64.self), number > most {
        throw node.path[key].notAnInteger(JSONValue(number), from: "0", to: "\(most)")
      }
    case .object(let properties):
      if let child = try node.child(key) { try check(child, properties) }
    case .objects(let properties):
      for (index, value) in (try node.array(key) ?? []).enumerated() {
        try check(JSONNode(value, at: node.path[key][index]), properties)
      }
    }
  }

  private static func check(
    _ node: JSONNode, _ properties: [String: Shape]
  ) throws(SpecError) {
    for member in try node.members() {
      if let shape = properties[member.key] { try check(member.key, shape, in: node) }
    }
  }
}

extension OtherPlatforms {
  /// The properties of a platform's section; nil for other keys.
  private static func section(_ key: String) -> [String: Shape]? {
    switch key {
    case "freebsd": freebsd
    case "windows": windows
    case "solaris": solaris
    case "zos": zos
    case "vm": vm
    default: nil
    }
  }

  private static let byte = Shape.number(UInt64(UInt8.max))
  private static let short = Shape.number(UInt64(UInt16.max))
  private static let word = Shape.number(UInt64(UInt32.max))
  private static let long = Shape.number(UInt64.max)

  private static let freebsd: [String: Shape] = [
    "devices": .objects(["path": .text, "mode": word]),
    "jail": .object([
      "parent": .text, "host": .word(["new", "inherit"]), "ip4": sharing, "ip4Addr": .texts,
      "ip6": sharing, "ip6Addr": .texts, "vnet": .word(["new", "inherit"]), "interface": .text,
      "vnetInterfaces": .texts, "sysvmsg": sharing, "sysvsem": sharing, "sysvshm": sharing,
      "enforceStatfs": byte,
      "allow": .object([
        "setHostname": .flag, "rawSockets": .flag, "chflags": .flag, "mount": .texts,
        "quotas": .flag, "socketAf": .flag, "mlock": .flag, "reservedPorts": .flag,
        "suser": .flag,
      ]),
    ]),
  ]

  private static let sharing = Shape.word(["disable", "new", "inherit"])

  private static let windows: [String: Shape] = [
    "layerFolders": .texts,
    "devices": .objects(["id": .text, "idType": .word(["class"])]),
    "resources": .object([
      "memory": .object(["limit": long]),
      "cpu": .object([
        "count": long, "shares": short, "maximum": short,
        "affinity": .objects(["mask": long, "group": word]),
      ]),
      "storage": .object(["iops": long, "bps": long, "sandboxSize": long]),
    ]),
    "network": .object([
      "endpointList": .texts, "allowUnqualifiedDNSQuery": .flag, "DNSSearchList": .texts,
      "networkSharedContainerName": .text, "networkNamespace": .text,
    ]),
    "credentialSpec": .object([:]),
    "servicing": .flag,
    "ignoreFlushesDuringBoot": .flag,
    "hyperv": .object(["utilityVMPath": .text]),
  ]

  private static let solaris: [String: Shape] = [
    "milestone": .text, "limitpriv": .text, "maxShmMemory": .text,
    "cappedCPU": .object(["ncpus": .text]),
    "cappedMemory": .object(["physical": .text, "swap": .text]),
    "anet": .objects([
      "linkname": .text, "lowerLink": .text, "allowedAddress": .text,
      "configureAllowedAddress": .text, "defrouter": .text, "macAddress": .text,
      "linkProtection": .text,
    ]),
  ]

  private static let zos: [String: Shape] = [
    "namespaces": .objects(["type": .word(["mount", "pid", "uts", "ipc"]), "path": .text])
  ]

  private static let vm: [String: Shape] = [
    "hypervisor": .object(["path": .text, "parameters": .texts]),
    "kernel": .object(["path": .text, "parameters": .texts, "initrd": .text]),
    "image": .object([
      "path": .text, "format": .word(["raw", "qcow2", "vdi", "vmdk", "vhd"]),
    ]),
    "hwConfig": .object([
      "deviceTree": .text, "vcpus": word, "memory": long, "dtdevs": .texts, "irqs": .numbers,
      "iomems": .objects(["firstGFN": long, "firstMFN": long, "nrMFNs": long]),
    ]),
  ]
}
