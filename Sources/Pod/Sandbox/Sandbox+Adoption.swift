// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Container
internal import Glibc
internal import JSON
package import Kernel
internal import RuntimeSpec

extension Sandbox {
  /// The bundle of a container as that of one of the pod's: all that comes
  /// after, the container's own record of its configuration included, knows no
  /// other.
  ///
  /// What the pod holds, only the pod sets: a configuration that wants it
  /// otherwise is refused, never overridden.
  ///
  /// - Throws: `RuntimeError` naming the property that is in the way.
  package func adopt(_ bundle: Bundle, id: String) throws(RuntimeError) -> Bundle {
    try bundle.amended { document throws(RuntimeError) in
      try amend(&document, bundle.spec, id: id)
    }
  }

  /// Amends the document of a container's configuration so that the container
  /// joins the pod; `container` is the same, decoded.
  func amend(
    _ document: inout JSONValue, _ container: Spec, id: String
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      let linux = container.linux ?? Linux()
      try fromDocument { () throws(SpecError) in
        try refuseOtherPod(container)
        try joinNamespaces(linux, &document[object: "linux"])
        try refuseSharedParameters(linux)
        try giveUpNames(container, &document)
      }
      try place(linux, &document[object: "linux"], id)
      if spec.linux.holds(.ipc) { shareMemory(container.mounts, &document) }
      let volumes = try fromDocument { () throws(SpecError) in try volumeMounts(container, id) }
      if !volumes.isEmpty { document[list: "mounts"] += volumes }
    } catch {
      throw error.adding("join pod \(self.id)")
    }
  }

  // MARK: - The request

  /// The annotation that asks for a pod where no flag can be passed.
  package static let annotation = "org.runp.pod"

  private func refuseOtherPod(_ container: Spec) throws(SpecError) {
    guard let wanted = container.annotations[Self.annotation], wanted != id else { return }
    throw DocumentPath.root["annotations"][Self.annotation].error(
      "the bundle asks for pod \(wanted.quoted), and is to join \(id)")
  }

  // MARK: - Namespaces

  private func joinNamespaces(_ linux: Linux, _ document: inout JSONValue) throws(SpecError) {
    let path = DocumentPath.root["linux"]
    for type in spec.linux.namespaces {
      let pin = paths.namespace(type)
      guard let index = linux.namespaces.firstIndex(where: { $0.type == type }) else {
        document[list: "namespaces"].append(
          ["type": .string(type.rawValue), "path": .string(pin)])
        continue
      }
      if let other = linux.namespaces[index].path, !isSameFile(other, pin) {
        throw path["namespaces"][index]["path"].error(
          "\(other) is not the pod's \(type.rawValue) namespace, leave the path out")
      }
      document[list: "namespaces"][index]["path"] = .string(pin)
    }
    try refuse(linux.uidMappings, unless: spec.linux.uidMappings, at: path["uidMappings"])
    try refuse(linux.gidMappings, unless: spec.linux.gidMappings, at: path["gidMappings"])
    // The pod's user namespace has its mappings already.
    document["uidMappings"] = nil
    document["gidMappings"] = nil
  }

  private func refuse(
    _ mappings: [LinuxIDMapping], unless own: [LinuxIDMapping], at path: DocumentPath
  ) throws(SpecError) {
    if mappings.isEmpty || mappings == own { return }
    throw path.error("the pod's containers share its mappings: set \(path) in pod.json")
  }

  private func isSameFile(_ one: String, _ other: String) -> Bool {
    do {
      return try FileStatus(one).isSameFile(as: FileStatus(other))
    } catch {
      // A path that leads nowhere is not the pod's namespace.
      return false
    }
  }

  // MARK: - What a namespace holds

  private func refuseSharedParameters(_ linux: Linux) throws(SpecError) {
    for parameter in linux.sysctl {
      guard let type = Sysctl(parameter.key)?.namespace, spec.linux.holds(type) else {
        continue
      }
      let path = DocumentPath.root["linux"]["sysctl"][parameter.key]
      throw path.error(
        "the pod's containers share the \(type.rawValue) namespace: set it in linux.sysctl of"
          + " pod.json")
    }
  }

  /// The names are set once and for all when the pod is made.
  private func giveUpNames(_ container: Spec, _ document: inout JSONValue) throws(SpecError) {
    guard spec.linux.holds(.uts) else { return }
    let root = DocumentPath.root
    try refuse(container.hostname, unless: spec.hostname, at: root["hostname"])
    try refuse(container.domainname, unless: spec.domainname, at: root["domainname"])
    document["hostname"] = nil
    document["domainname"] = nil
  }

  private func refuse(
    _ name: String?, unless own: String?, at path: DocumentPath
  ) throws(SpecError) {
    guard let name, name != own else { return }
    let instead = own.map { "the pod's is \($0.quoted)" } ?? "the pod sets none"
    throw path.error(
      "\(name.quoted) cannot be set for one container, \(instead): set it in pod.json")
  }

  // MARK: - Cgroup

  private func place(_ linux: Linux, _ document: inout JSONValue, _ id: String) throws(RuntimeError)
  {
    guard let record = state.cgroup, let pod = CgroupPath(recorded: record.path) else { return }
    if let unit = record.unit { return try place(linux, &document, id, in: unit) }
    let path = DocumentPath.root["linux"]["cgroupsPath"]
    guard let wanted = linux.cgroupsPath else {
      document["cgroupsPath"] = .string(pod.appending(id).description)
      return
    }
    let place = try CgroupPath(cgroupsPath: wanted, id: id, below: pod)
    guard place.isBelow(pod) else {
      throw RuntimeError(
        path.error("\(wanted.quoted) is not below the pod's cgroup \(pod), leave it out"))
    }
    document["cgroupsPath"] = .string(place.description)
  }

  /// A member of a pod that is a slice of systemd is a scope in it.
  private func place(
    _ linux: Linux, _ document: inout JSONValue, _ id: String, in unit: UnitRecord
  ) throws(RuntimeError) {
    let path = DocumentPath.root["linux"]["cgroupsPath"]
    guard let wanted = linux.cgroupsPath else {
      document["cgroupsPath"] = .string("\(unit.name):runp:\(id)")
      return
    }
    guard wanted.hasPrefix("\(unit.name):") else {
      throw RuntimeError(
        path.error("\(wanted.quoted) is not in the pod's slice \(unit.name), leave it out"))
    }
  }

  // MARK: - Mounts

  private func shareMemory(_ mounts: [Mount], _ document: inout JSONValue) {
    let destination = "/dev/shm"
    let old = mounts.firstIndex { $0.place == destination }
    var options = ["bind", "nosuid", "noexec", "nodev"]
    if let old, mounts[old].options.contains("ro") { options.append("ro") }
    let mount = Self.bind(paths.sharedMemory, on: destination, options)
    if let old {
      document[list: "mounts"][old] = mount
    } else if let devices = mounts.lastIndex(where: { $0.place == "/dev" }) {
      document[list: "mounts"].insert(mount, at: devices + 1)
    }
  }

  private func volumeMounts(
    _ container: Spec, _ id: String
  ) throws(SpecError) -> [JSONValue] {
    var added: [JSONValue] = []
    for mount in spec.container(id)?.mounts ?? [] {
      guard let volume = spec.volume(mount.volume) else { continue }
      if let index = container.mounts.firstIndex(where: { $0.place == mount.place }) {
        throw DocumentPath.root["mounts"][index]["destination"].error(
          "\(mount.destination) is where pod.json mounts the volume \(volume.name)")
      }
      let source: String
      var isReadOnly = mount.readOnly
      var options = ["rbind", "rprivate"]
      switch volume.source {
      case .empty:
        source = paths.volume(volume.name)
        options += ["nosuid", "nodev"]
      case .host(let path, let readOnly):
        source = path
        isReadOnly = isReadOnly || readOnly
      }
      options.append(isReadOnly ? "rro" : "rw")
      added.append(Self.bind(source, on: mount.destination, options))
    }
    return added
  }

  private static func bind(
    _ source: String, on destination: String, _ options: [String]
  ) -> JSONValue {
    [
      "destination": .string(destination), "type": "bind", "source": .string(source),
      "options": JSONValue(options),
    ]
  }
}

extension Mount {
  /// The destination without what does not change where it leads.
  fileprivate var place: String { SafePath.cleaned(destination) }
}
