// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import JSON

/// What a list shows of a container's record, without the rest of it.
///
/// It knows documents as `ContainerRecord` writes them, member by member in that
/// order, of a container that is complete. Any other one is nobody's but the
/// decoder's, which also says what is wrong with it; so is text that is not
/// ASCII, or has escapes. The rest is looked at as closely: what is read here, the
/// decoder would read, too, so that a damaged record is one for every command.
struct ListedRecord: Equatable {
  let id: String
  let bundle: String
  let rootfs: String
  let created: String
  let owner: UInt32
  let initProcess: ProcessRecord
  let cgroup: CgroupRecord?
  let pod: String?
  let annotations: OrderedMap<String>

  /// Reads a document; nil when it is not for this reader.
  ///
  /// The annotations are looked at only if they are wanted.
  init?(_ document: [UInt8], withAnnotations: Bool) {
    var scanner = RecordScanner(document)
    guard scanner.take("{\"version\":"), scanner.number() == UInt64(ContainerRecord.version),
      let id = scanner.string(",\"id\":"), let bundle = scanner.string(",\"bundle\":"),
      let rootfs = scanner.string(",\"rootfs\":"), let created = scanner.string(",\"created\":"),
      let owner = scanner.number(",\"owner\":").flatMap(UInt32.init(exactly:)),
      let pid = scanner.number(",\"init\":{\"pid\":").flatMap(Int32.init(exactly:)),
      let startTime = scanner.number(",\"startTime\":"), scanner.take("}")
    else { return nil }
    self.id = id
    self.bundle = bundle
    self.rootfs = rootfs
    self.created = created
    self.owner = owner
    initProcess = ProcessRecord(pid: pid, startTime: startTime)
    if scanner.take(",\"cgroup\":{\"path\":") {
      guard let found = Self.cgroup(&scanner) else { return nil }
      cgroup = found
    } else {
      cgroup = nil
    }
    guard scanner.number(",\"namespaces\":{\"made\":") != nil,
      scanner.number(",\"joined\":") != nil, scanner.take("}")
    else { return nil }
    _ = scanner.take(",\"mountsOutlive\":true")
    if scanner.take(",\"mountBelow\":"), scanner.number() == nil { return nil }
    _ = scanner.take(",\"keepsKeyring\":true")
    pod = scanner.string(",\"pod\":")
    if scanner.take(",\"annotations\":") {
      guard let found = scanner.strings(wanted: withAnnotations) else { return nil }
      annotations = found
    } else {
      annotations = OrderedMap()
    }
    guard Self.skipConfiguration(&scanner), scanner.take("}"), scanner.isAtEnd else { return nil }
  }

  /// Reads the cgroup of a container that is complete, from its path on.
  private static func cgroup(_ scanner: inout RecordScanner) -> CgroupRecord? {
    guard let path = scanner.string(), let identity = scanner.number(",\"identity\":") else {
      return nil
    }
    // Who has made it does not matter for finding it.
    if scanner.take(",\"unit\":{") {
      guard scanner.take("\"name\":"), scanner.skipString(),
        scanner.take(",\"claim\":"), scanner.skipString(),
        scanner.skipBool(",\"user\":"), scanner.take("}")
      else { return nil }
    }
    return scanner.take("}") ? CgroupRecord(path: path, .identity(identity)) : nil
  }

  // MARK: What later commands need

  private static func skipConfiguration(_ scanner: inout RecordScanner) -> Bool {
    guard scanner.skipBool(",\"configuration\":{\"process\":"),
      scanner.skipArray(ifAt: ",\"poststart\":", of: skipHook),
      scanner.skipArray(ifAt: ",\"poststop\":", of: skipHook)
    else { return false }
    if scanner.take(",\"agent\":{\"path\":") {
      guard scanner.skipString() else { return false }
      if scanner.take(",\"metadata\":"), !scanner.skipString() { return false }
      if !scanner.take("}") { return false }
    }
    return scanner.take("}")
  }

  private static func skipHook(_ scanner: inout RecordScanner) -> Bool {
    guard scanner.take("{\"path\":"), scanner.skipString(),
      scanner.skipArray(ifAt: ",\"args\":", of: { $0.skipString() }),
      scanner.skipArray(ifAt: ",\"env\":", of: { $0.skipString() })
    else { return false }
    if scanner.take(",\"timeout\":") {
      guard let seconds = scanner.number(), Int(exactly: seconds) != nil else { return false }
    }
    return scanner.take("}")
  }
}
