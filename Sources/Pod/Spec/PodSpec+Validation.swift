// SPDX-License-Identifier: Apache-2.0

internal import Container
package import JSON
internal import RuntimeSpec

extension PodSpec {
  /// Checks what relates properties to each other.
  ///
  /// - Throws: `SpecError` naming the property.
  package func validate() throws(SpecError) {
    let root = DocumentPath.root
    let parts = podVersion.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "0", parts[1] == "1", parts[2].first != "+",
      UInt32(parts[2]) != nil
    else {
      throw root["podVersion"].error(
        "\(podVersion.quoted) is not supported, this is \(Self.formatVersion)")
    }
    if let ociVersion { try SemanticVersion.validate(ociVersion, at: root["ociVersion"]) }
    let namespaces = linux.namespaces.map { LinuxNamespace(type: $0) }
    try Spec.validate(hostname: hostname, namespaces, at: root["hostname"])
    try Spec.validate(hostname: domainname, namespaces, at: root["domainname"])
    for (index, volume) in volumes.enumerated() {
      let path = root["volumes"][index]["name"]
      try Self.checkName(volume.name, path)
      if volumes[..<index].contains(where: { $0.name == volume.name }) {
        throw path.error("\(volume.name) is there twice")
      }
    }
    try validateContainers()
    _ = try startOrder()
  }

  private func validateContainers() throws(SpecError) {
    var seen: Set<String> = []
    for (list, key) in [(initContainers, "initContainers"), (containers, "containers")] {
      for (index, container) in list.enumerated() {
        let path = DocumentPath.root[key][index]
        try Self.checkName(container.id, path["id"])
        if !Identifier.isID(container.id) {
          throw path["id"].error("\(container.id.quoted) is a name of runp's own beside containers")
        }
        if !seen.insert(container.id).inserted {
          throw path["id"].error("\(container.id) is there twice")
        }
        if container.bundle.isEmpty { throw path["bundle"].error("must not be empty") }
        for (place, mount) in container.mounts.enumerated() {
          if volume(mount.volume) == nil {
            throw path["mounts"][place]["volume"].error(
              "the pod has no volume \(mount.volume.quoted)")
          }
          if container.mounts[..<place].contains(where: { $0.place == mount.place }) {
            throw path["mounts"][place]["destination"].error(
              "\(mount.destination) is there twice")
          }
        }
      }
    }
  }

  private static func checkName(_ name: String, _ path: DocumentPath) throws(SpecError) {
    if Identifier.isName(name) { return }
    throw path.error("\(name.quoted) is not made of 1 to 255 letters, digits, _, +, - and .")
  }

  /// The containers in the order in which they are started: each behind those
  /// in its `after`, and otherwise as in the file.
  ///
  /// - Throws: `SpecError` for an unknown container or a circle.
  package func startOrder() throws(SpecError) -> [PodContainer] {
    let root = DocumentPath.root["containers"]
    for (index, container) in containers.enumerated() {
      for (place, name) in container.after.enumerated()
      where !containers.contains(where: { $0.id == name }) {
        throw root[index]["after"][place].error("the pod has no container \(name.quoted)")
      }
    }
    var order: [PodContainer] = []
    var waiting = containers
    while !waiting.isEmpty {
      let next = waiting.firstIndex { container in
        container.after.allSatisfy { name in order.contains { $0.id == name } }
      }
      guard let next else { throw circle(among: waiting) }
      order.append(waiting.remove(at: next))
    }
    return order
  }

  private func circle(among waiting: [PodContainer]) -> SpecError {
    // Every one of them waits for another of them, so walking back from any
    // ends up in a circle.
    var walk: [String] = [waiting[0].id]
    while let container = waiting.first(where: { $0.id == walk.last }),
      let before = container.after.first(where: { name in waiting.contains { $0.id == name } })
    {
      if let start = walk.firstIndex(of: before) {
        walk = Array(walk[start...]) + [before]
        break
      }
      walk.append(before)
    }
    let index = containers.firstIndex { $0.id == walk[0] } ?? 0
    return DocumentPath.root["containers"][index]["after"].error(
      "the containers wait for each other: \(walk.joined(separator: " after "))")
  }
}
