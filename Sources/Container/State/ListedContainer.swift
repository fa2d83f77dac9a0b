// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
package import JSON
internal import Kernel
package import RuntimeSpec

/// What a list shows of a container.
package struct ListedContainer {
  /// Its ID.
  package let id: String
  /// The ID of its first process, 0 when there is none.
  package let pid: Int32
  /// Where in its life it is.
  package let state: ContainerState
  /// The absolute path of the bundle.
  package let bundle: String
  /// When it was created, in RFC 3339 form.
  package let created: String
  /// The user that created it.
  package let owner: UInt32
  /// The pod that it belongs to.
  package let pod: String?

  private let rootfs: String
  private let annotations: OrderedMap<String>

  /// What is shown of a container that was looked at.
  init(_ status: ContainerStatus) {
    let record = status.record
    id = record.id
    pid = status.pid
    state = status.state
    bundle = record.bundle
    created = record.created
    owner = record.owner
    rootfs = record.rootfs
    pod = record.pod
    annotations = record.annotations
  }

  /// Looks at a container in as few steps as it takes, and only if nobody could
  /// have put anything else in the place of its files.
  ///
  /// - Returns: nil when that does not tell how it is, for whatever reason.
  init?(
    _ id: String, of listing: borrowing StateStore.Listing, annotations: Bool,
    _ context: RuntimeContext
  ) {
    guard let record = Self.record(of: id, listing, annotations: annotations),
      let state = Self.state(of: record, context)
    else { return nil }
    self.id = record.id
    pid = state == .stopped ? 0 : record.initProcess.pid
    self.state = state
    bundle = record.bundle
    created = record.created
    owner = record.owner
    rootfs = record.rootfs
    pod = record.pod
    self.annotations = record.annotations
  }

  /// Reads what is shown of a record; nil when it has to be decoded whole.
  static func record(
    of id: String, _ listing: borrowing StateStore.Listing, annotations: Bool
  ) -> ListedRecord? {
    // Whoever looks more closely finds out why.
    guard let bytes = try? listing.readState(of: id) else { return nil }
    return ListedRecord(bytes, withAnnotations: annotations)
  }

  /// The state; nil when it takes more than a look at the first process.
  private static func state(of record: ListedRecord, _ context: RuntimeContext) -> ContainerState? {
    let process: Processes.Information?
    do {
      process = try Processes.look(at: record.initProcess.pid)
    } catch {
      return nil
    }
    guard let process, process.startTime == record.initProcess.startTime else { return .stopped }
    if process.phase != .living { return nil }
    if !process.hasExecuted { return .created }
    var cgroup: Shared<Cgroup>?
    return ContainerStatus.state(ofProgramIn: record.cgroup, &cgroup, context)
  }

  /// The document that `list` prints an array of; `owner` is the name of the
  /// user, if it is to be told.
  package func json(owner name: String = "") -> JSONValue {
    var document: OrderedMap<JSONValue> = [
      "ociVersion": .string(specVersion), "id": .string(id), "pid": JSONValue(pid),
      "status": .string(state.rawValue), "bundle": .string(bundle),
      "rootfs": .string(rootfs), "created": .string(created),
    ]
    if !annotations.isEmpty { document["annotations"] = JSONValue(annotations) }
    if let pod { document["pod"] = .string(pod) }
    document["owner"] = .string(name)
    return .object(document)
  }
}
