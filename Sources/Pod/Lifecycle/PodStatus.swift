// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import Container
package import JSON
package import Kernel
internal import RuntimeSpec

/// A pod as it is now.
package struct PodStatus {
  /// What a pod and its containers add up to.
  package enum Summary: String, Sendable, CaseIterable {
    /// A command is making it.
    case creating
    /// It stands, none of its containers runs, and there is one to be started,
    /// or none at all.
    case created
    /// A container runs.
    case running
    /// Containers are paused, and none runs.
    case paused
    /// Containers were started, and none runs any more.
    case stopped
    /// The command that made or removed it was killed; it can only be deleted.
    case incomplete
  }

  /// The pod's ID.
  package let id: String
  /// Where its parts are.
  package let paths: PodPaths
  /// What runp keeps of it; nil when nothing was written yet.
  package let state: PodState?
  /// What it was asked to be; nil when that was not written yet.
  package let spec: PodSpec?
  /// Its containers, oldest first.
  package let members: [ContainerStatus]

  private let context: RuntimeContext

  /// Looks at a pod.
  ///
  /// - Throws: `RuntimeError` of kind `notFound` when there is none.
  package static func load(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) -> PodStatus {
    let pod = try PodHandle.open(id, context)
    return PodStatus(
      id: id, paths: pod.paths, state: pod.state, spec: try pod.writtenSpec(),
      members: try Members.all(of: pod), context: context)
  }

  /// Looks at all pods, in the order of their IDs.
  package static func list(_ context: RuntimeContext) throws(RuntimeError) -> [PodStatus] {
    try collect(context) { id throws(RuntimeError) in try load(id, context) }
  }

  /// The IDs of all pods that `list` shows, whose containers are not looked at.
  package static func listIDs(_ context: RuntimeContext) throws(RuntimeError) -> [String] {
    try collect(context) { id throws(RuntimeError) in
      _ = try PodHandle.open(id, context).writtenSpec()
      return id
    }
  }

  /// What there is to be said of each pod that can be read.
  private static func collect<Entry>(
    _ context: RuntimeContext, _ entry: (String) throws(RuntimeError) -> Entry
  ) throws(RuntimeError) -> [Entry] {
    var pods: [Entry] = []
    for id in try PodDirectory.identifiers(root: context.root) {
      do {
        pods.append(try entry(id))
      } catch  where error.kind == .notFound {
        // It has been deleted since the listing.
      } catch {
        // One that cannot be read must not hide the others.
        context.warn("\(error)")
      }
    }
    return pods
  }

  /// What the pod and its containers add up to.
  package var summary: Summary {
    guard let state, state.isAlive else { return .incomplete }
    if state.phase != .ready { return .creating }
    let states = members.map { $0.state }
    if states.contains(.running) { return .running }
    if states.contains(.paused) { return .paused }
    return states.isEmpty || states.contains(.created) ? .created : .stopped
  }

  /// When the pod was made, in RFC 3339 form; empty when that is not known.
  package var created: String { state?.created ?? "" }

  /// The document that `pod state` prints, and `pod list` an array of.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> = [
      "ociVersion": .string(specVersion), "id": .string(id), "status": .string(summary.rawValue),
      // Nothing but its files keeps a pod alive.
      "pid": 0,
    ]
    if let state {
      document["created"] = .string(state.created)
      var namespaces: OrderedMap<JSONValue> = [:]
      for type in state.namespaces { namespaces[type.rawValue] = .string(paths.namespace(type)) }
      document["namespaces"] = .object(namespaces)
      if let cgroup = state.cgroup {
        document["cgroupsPath"] = .string(cgroup.path)
        if let kills = oomKills(cgroup) { document["oomKills"] = JSONValue(kills) }
      }
      if state.namespaces.contains(.ipc) { document["shm"] = .string(paths.sharedMemory) }
    }
    if let spec {
      var volumes: OrderedMap<JSONValue> = [:]
      for volume in spec.volumes {
        switch volume.source {
        case .empty: volumes[volume.name] = .string(paths.volume(volume.name))
        case .host(let path, _): volumes[volume.name] = .string(path)
        }
      }
      document["volumes"] = .object(volumes)
    }
    document["containers"] = .array(members.map { $0.json(context) })
    if let spec, !spec.annotations.isEmpty { document["annotations"] = JSONValue(spec.annotations) }
    return .object(document)
  }

  /// How many processes the kernel has killed because the pod was out of
  /// memory; nil when it does not count that.
  private func oomKills(_ record: CgroupRecord) -> UInt64? {
    do {
      return try record.open(context)?.value.oomKillCount()
    } catch {
      // It only adds to the picture, which is right without it, too.
      return nil
    }
  }
}
