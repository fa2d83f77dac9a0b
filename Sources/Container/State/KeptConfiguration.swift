// SPDX-License-Identifier: Apache-2.0

package import JSON
package import RuntimeSpec

/// What later commands need of a container's configuration: it is kept in the
/// record, so that none but `exec` reads the whole again, and a configuration
/// that cannot be read is never one without hooks.
package struct KeptConfiguration: Equatable, Sendable {
  /// Whether there is a program to start.
  package var hasProcess = false
  /// The hooks after the start of the program.
  package var poststart: [Hook] = []
  /// The hooks after the end of the container.
  package var poststop: [Hook] = []
  /// Who decides on system calls.
  package var agent: SeccompAgent?

  /// Describes a container without anything.
  package init() {}

  /// Takes what is needed of a configuration.
  package init(_ spec: Spec) {
    hasProcess = spec.process != nil
    poststart = spec.hooks.poststart
    poststop = spec.hooks.poststop
    agent = SeccompAgent(spec.linux?.seccomp)
  }
}

extension KeptConfiguration: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    hasProcess = try node.bool("process") ?? false
    poststart = try node.objects("poststart")
    poststop = try node.objects("poststop")
    agent = try node.object("agent")
  }

  /// The part of the record.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> = ["process": .bool(hasProcess)]
    if !poststart.isEmpty { document["poststart"] = .array(poststart.map { $0.json }) }
    if !poststop.isEmpty { document["poststop"] = .array(poststop.map { $0.json }) }
    if let agent { document["agent"] = agent.json }
    return .object(document)
  }
}

/// Who is told of the system calls that a filter leaves to somebody outside.
package struct SeccompAgent: Equatable, Sendable {
  /// The agent's socket.
  package var path: String
  /// What it is told besides.
  package var metadata: String?

  /// The agent of a profile, if it names one.
  package init?(_ seccomp: LinuxSeccomp?) {
    guard let path = seccomp?.listenerPath else { return nil }
    self.path = path
    metadata = seccomp?.listenerMetadata
  }
}

extension SeccompAgent: JSONDecodable {
  package init(json node: JSONNode) throws(SpecError) {
    path = try node.requiredString("path")
    metadata = try node.string("metadata")
  }

  /// The part of the record.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> = ["path": .string(path)]
    if let metadata { document["metadata"] = .string(metadata) }
    return .object(document)
  }
}
