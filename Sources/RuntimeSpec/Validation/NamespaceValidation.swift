// SPDX-License-Identifier: Apache-2.0

package import JSON

extension [LinuxNamespace] {
  /// Tells whether a type is created or joined, and not inherited.
  package func holds(_ type: NamespaceType) -> Bool {
    contains { $0.type == type }
  }

  /// Checks the list of a container or a pod.
  package func validate(at path: DocumentPath) throws(SpecError) {
    for (index, namespace) in enumerated() {
      if self[..<index].contains(where: { $0.type == namespace.type }) {
        throw path[index]["type"].error("\"\(namespace.type.rawValue)\" appears twice")
      }
      if let file = namespace.path { try requireAbsolute(file, at: path[index]["path"]) }
    }
  }
}

extension [LinuxIDMapping] {
  /// Checks one map, of user or of group IDs.
  package func validate(at path: DocumentPath) throws(SpecError) {
    // The kernel's limit on lines of a map.
    if count > 340 { throw path.error("\(count) mappings are more than 340") }
    for (index, mapping) in enumerated() {
      if mapping.size == 0 { throw path[index]["size"].error("0 maps nothing") }
      for (key, first) in [
        ("containerID", mapping.containerID), ("hostID", mapping.hostID),
      ] where mapping.size > UInt32.max - first {
        throw path[index][key].error("the \(mapping.size) IDs from \(first) exceed \(UInt32.max)")
      }
      for (earlier, other) in self[..<index].enumerated() {
        for (key, first, otherFirst) in [
          ("containerID", mapping.containerID, other.containerID),
          ("hostID", mapping.hostID, other.hostID),
        ] where Self.overlap(first, mapping.size, otherFirst, other.size) {
          throw path[index][key].error(
            "the \(mapping.size) IDs from \(first) overlap those of \(path[earlier])")
        }
      }
    }
  }

  private static func overlap(
    _ first: UInt32, _ size: UInt32, _ other: UInt32, _ otherSize: UInt32
  ) -> Bool {
    UInt64(first) < UInt64(other) + UInt64(otherSize)
      && UInt64(other) < UInt64(first) + UInt64(size)
  }
}

extension OrderedMap<LinuxTimeOffset> {
  /// Checks the clock offsets of a container.
  package func validate(
    at path: DocumentPath, namespaces: [LinuxNamespace]
  ) throws(SpecError) {
    guard let first = members.first else { return }
    guard let time = namespaces.first(where: { $0.type == .time }), time.path == nil else {
      throw path[first.key].error("needs a new time namespace in linux.namespaces")
    }
    for member in members {
      guard member.key == "monotonic" || member.key == "boottime" else {
        throw path.error("\(member.key.quoted) is not one of monotonic, boottime")
      }
      try require(
        member.value.nanosecs, in: 0...999_999_999, at: path[member.key]["nanosecs"])
    }
  }
}

extension OrderedMap<LinuxNetDevice> {
  /// Checks the network devices of a container.
  package func validate(
    at path: DocumentPath, namespaces: [LinuxNamespace]
  ) throws(SpecError) {
    guard let first = members.first else { return }
    guard namespaces.holds(.network) else {
      throw path[first.key].error("needs a network namespace in linux.namespaces")
    }
    for member in members {
      if !Self.isInterfaceName(member.key[...]) {
        throw path.error("\(member.key.quoted) is not the name of a network device")
      }
      guard let name = member.value.name else { continue }
      // `%d` at the end asks the kernel for the first free number.
      let stem = name.hasSuffix("%d") ? name.dropLast(2) : name[...]
      let isName = Self.isInterfaceName(stem) || name == "%d"
      if !isName || stem.contains("%") || name.utf8.count > 15 {
        throw path[member.key]["name"].error("\(name.quoted) cannot name a network device")
      }
    }
  }

  /// The kernel's rule for names of network devices.
  private static func isInterfaceName(_ name: Substring) -> Bool {
    (1...15).contains(name.utf8.count) && name != "." && name != ".."
      && !name.contains { $0 == "/" || $0 == ":" || $0.isWhitespace }
  }
}
