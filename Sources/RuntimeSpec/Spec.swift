// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The version of the runtime specification that runp follows.
package let specVersion = "1.3.0"

/// A bundle's configuration, `config.json`.
package struct Spec: Equatable, Sendable {
  /// The version of the specification that the bundle follows.
  package var ociVersion: String
  /// The container's process; `start` needs it, `create` does not.
  package var process: Process?
  /// The container's root filesystem.
  package var root: Root?
  /// The hostname in the container's UTS namespace.
  package var hostname: String?
  /// The NIS domain name in the container's UTS namespace.
  package var domainname: String?
  /// What is mounted on top of the root, in this order.
  package var mounts: [Mount]
  /// Programs to run at points of the container's life.
  package var hooks: Hooks
  /// Metadata that is passed through.
  package var annotations: OrderedMap<String>
  /// What only Linux has.
  package var linux: Linux?

  /// Makes a configuration from its parts.
  package init(
    ociVersion: String = specVersion, process: Process? = nil, root: Root? = nil,
    hostname: String? = nil, domainname: String? = nil, mounts: [Mount] = [],
    hooks: Hooks = Hooks(), annotations: OrderedMap<String> = OrderedMap(), linux: Linux? = nil
  ) {
    self.ociVersion = ociVersion
    self.process = process
    self.root = root
    self.hostname = hostname
    self.domainname = domainname
    self.mounts = mounts
    self.hooks = hooks
    self.annotations = annotations
    self.linux = linux
  }
}

extension Spec: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    ociVersion = try json.requiredString("ociVersion")
    process = try json.object("process")
    root = try json.object("root")
    hostname = try json.nonEmptyString("hostname")
    domainname = try json.nonEmptyString("domainname")
    mounts = try json.objects("mounts")
    hooks = try json.object("hooks") ?? Hooks()
    annotations = try json.stringMap("annotations")
    var linux: Linux? = try json.object("linux")
    try OtherPlatforms.check(json)
    if let resources = linux?.resources { linux?.resources = resources.written(in: ociVersion) }
    // crun's way of saying it, from before the specification had one.
    if linux?.seccomp?.listenerPath == nil {
      linux?.seccomp?.listenerPath = annotations[Spec.seccompReceiver]
    }
    self.linux = linux
  }

  /// crun's annotation for the socket of a filter's listener.
  package static var seccompReceiver: String { "run.oci.seccomp.receiver" }

  /// Reads a `config.json` as a document.
  ///
  /// - Parameters:
  ///   - bytes: the configuration.
  ///   - path: as for `JSONReader.read`.
  ///   - warn: told what was repaired.
  ///   - isKnown: as for `JSONReader.read`.
  /// - Returns: the document.
  /// - Throws: as `JSONReader.read`.
  package static func document(
    _ bytes: [UInt8], part path: [String] = [], warn: (String) -> Void = { _ in },
    isKnown: (ArraySlice<UInt8>) -> Bool = { _ in false }
  ) throws(SpecError) -> JSONDocument {
    let document = try JSONReader().read(
      bytes, repairing: "annotations", part: path, isKnown: isKnown)
    for path in document.repaired {
      warn("\(path): bytes that are not UTF-8 are replaced by U+FFFD")
    }
    return document
  }

  /// Reads and decodes a `config.json`, without validating it; `warn` is told
  /// what was repaired in it.
  package static func decode(
    bytes: [UInt8], warn: (String) -> Void = { _ in }
  ) throws(SpecError) -> Spec {
    try Spec(json: JSONNode(document(bytes, warn: warn).value))
  }
}

/// The container's root filesystem.
package struct Root: Equatable, Sendable {
  /// The directory, absolute or relative to the bundle.
  package var path: String
  /// Whether the container sees it read-only.
  package var readonly: Bool

  /// Makes a root from its parts.
  package init(path: String, readonly: Bool = false) {
    self.path = path
    self.readonly = readonly
  }
}

extension Root: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    path = try json.requiredString("path")
    readonly = try json.bool("readonly") ?? false
  }
}

/// One mount on top of the root.
package struct Mount: Equatable, Sendable {
  /// Where in the container; relative is deprecated and means below `/`.
  package var destination: String
  /// The filesystem type; bind mounts do not need one.
  package var type: String?
  /// A device, a file or directory, or a dummy.
  package var source: String?
  /// Option words, those of the filesystem among them.
  package var options: [String]
  /// How file owners are mapped, for an idmapped mount.
  package var uidMappings: [LinuxIDMapping]
  /// How file groups are mapped, for an idmapped mount.
  package var gidMappings: [LinuxIDMapping]

  /// Makes a mount from its parts.
  package init(
    destination: String, type: String? = nil, source: String? = nil, options: [String] = [],
    uidMappings: [LinuxIDMapping] = [], gidMappings: [LinuxIDMapping] = []
  ) {
    self.destination = destination
    self.type = type
    self.source = source
    self.options = options
    self.uidMappings = uidMappings
    self.gidMappings = gidMappings
  }

  /// Whether this is a bind mount: one of its options says so, not its type.
  package var isBind: Bool { options.contains("bind") || options.contains("rbind") }
}

extension Mount: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    destination = try json.requiredString("destination")
    type = try json.nonEmptyString("type")
    source = try json.nonEmptyString("source")
    options = try json.strings("options") ?? []
    uidMappings = try json.objects("uidMappings")
    gidMappings = try json.objects("gidMappings")
  }
}
