// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Container
internal import Glibc
internal import JSON
internal import Kernel
package import RuntimeSpec

extension Sandbox {
  /// Changes the configuration of a container so that it joins the pod.
  ///
  /// What the pod holds, only the pod sets: a configuration that wants it
  /// otherwise is refused, never overridden.
  ///
  /// - Throws: `RuntimeError` naming the property that is in the way.
  package func adopt(_ spec: inout Spec, id: String) throws(RuntimeError) {
    let step = "join pod \(self.id)"
    do {
      var linux = spec.linux ?? Linux()
      try joinNamespaces(&linux)
      try refuseSharedParameters(linux)
      try giveUpNames(&spec)
      try place(&linux, id)
      spec.linux = linux
      if self.spec.linux.holds(.ipc) { shareMemory(&spec) }
      try mountVolumes(&spec, id)
    } catch {
      throw RuntimeError(error, step)
    }
  }

  // MARK: - Namespaces

  private func joinNamespaces(_ linux: inout Linux) throws(SpecError) {
    let path = DocumentPath.root["linux"]
    for type in spec.linux.namespaces {
      let pin = paths.namespace(type)
      if let index = linux.namespaces.firstIndex(where: { $0.type == type }) {
        if let other = linux.namespaces[index].path, !isSameFile(other, pin) {
          throw path["namespaces"][index]["path"].error(
            "\(other) is not the pod's \(type.rawValue) namespace, leave the path out")
        }
        linux.namespaces[index].path = pin
      } else {
        linux.namespaces.append(LinuxNamespace(type: type, path: pin))
      }
    }
    try refuse(linux.uidMappings, unless: spec.linux.uidMappings, at: path["uidMappings"])
    try refuse(linux.gidMappings, unless: spec.linux.gidMappings, at: path["gidMappings"])
    // The pod's user namespace has its mappings already.
    linux.uidMappings = []
    linux.gidMappings = []
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
      guard let type = RuntimeSpec.Sysctl(parameter.key)?.namespace, spec.linux.holds(type) else {
        continue
      }
      let path = DocumentPath.root["linux"]["sysctl"][parameter.key]
      throw path.error(
        "the pod's containers share the \(type.rawValue) namespace: set it in linux.sysctl of"
          + " pod.json")
    }
  }

  /// The names are set once and for all when the pod is made.
  private func giveUpNames(_ container: inout Spec) throws(SpecError) {
    guard spec.linux.holds(.uts) else { return }
    let root = DocumentPath.root
    try refuse(container.hostname, unless: spec.hostname, at: root["hostname"])
    try refuse(container.domainname, unless: spec.domainname, at: root["domainname"])
    container.hostname = nil
    container.domainname = nil
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

  private func place(_ linux: inout Linux, _ id: String) throws {
    guard let pod = state.cgroup.flatMap({ CgroupPath(recorded: $0.path) }) else { return }
    let path = DocumentPath.root["linux"]["cgroupsPath"]
    guard let wanted = linux.cgroupsPath, !wanted.isEmpty else {
      linux.cgroupsPath = pod.appending(id).description
      return
    }
    let place = try CgroupPath(cgroupsPath: wanted, id: id, below: pod)
    guard place.isBelow(pod) else {
      throw path.error("\(wanted.quoted) is not below the pod's cgroup \(pod), leave it out")
    }
    linux.cgroupsPath = place.description
  }

  // MARK: - Mounts

  private func shareMemory(_ spec: inout Spec) {
    let destination = "/dev/shm"
    let old = spec.mounts.firstIndex { SafePath.cleaned($0.destination) == destination }
    var options = ["bind", "nosuid", "noexec", "nodev"]
    if let old, spec.mounts[old].options.contains("ro") { options.append("ro") }
    let mount = Mount(
      destination: destination, type: "bind", source: paths.sharedMemory, options: options)
    if let old {
      spec.mounts[old] = mount
    } else if let devices = spec.mounts.lastIndex(where: {
      SafePath.cleaned($0.destination) == "/dev"
    }) {
      spec.mounts.insert(mount, at: devices + 1)
    }
  }

  private func mountVolumes(_ container: inout Spec, _ id: String) throws(SpecError) {
    for mount in spec.container(id)?.mounts ?? [] {
      guard let volume = spec.volume(mount.volume) else { continue }
      let destination = mount.place
      if let index = container.mounts.firstIndex(where: {
        SafePath.cleaned($0.destination) == destination
      }) {
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
      container.mounts.append(
        Mount(destination: mount.destination, type: "bind", source: source, options: options))
    }
  }

  // MARK: - The request

  /// The annotation that asks for a pod where no flag can be passed.
  package static let annotation = "org.runp.pod"
}
