// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A container's state, as hooks get it on their standard input.
package struct State: Equatable, Sendable {
  /// The version of the specification that the state follows.
  package var ociVersion: String
  /// The container's ID.
  package var id: String
  /// Where in its life the container is.
  package var status: ContainerState
  /// The container process, nil when there is none to name.
  package var pid: Int32?
  /// The bundle's absolute path.
  package var bundle: String
  /// The annotations of the configuration.
  package var annotations: OrderedMap<String>

  /// Makes a state from its parts.
  package init(
    ociVersion: String = specVersion, id: String, status: ContainerState, pid: Int32? = nil,
    bundle: String, annotations: OrderedMap<String> = OrderedMap()
  ) {
    self.ociVersion = ociVersion
    self.id = id
    self.status = status
    self.pid = pid
    self.bundle = bundle
    self.annotations = annotations
  }

  /// The state as a document.
  package var json: JSONValue {
    var members: OrderedMap<JSONValue> = [
      "ociVersion": .string(ociVersion),
      "id": .string(id),
      "status": .string(status.rawValue),
    ]
    if let pid { members["pid"] = JSONValue(pid) }
    members["bundle"] = .string(bundle)
    if !annotations.isEmpty { members["annotations"] = JSONValue(annotations) }
    return .object(members)
  }
}

/// Where in its life a container is.
package enum ContainerState: String, CaseIterable, Sendable {
  /// `create` is under way.
  case creating
  /// `create` is done, the program has not been executed.
  case created
  /// The program has been executed and has not ended.
  case running
  /// Running, but frozen; an addition to the specification that clients know.
  case paused
  /// The container process has ended.
  case stopped
}

/// What a seccomp agent is sent together with the filter's descriptor.
package struct ContainerProcessState: Equatable, Sendable {
  /// The names of the descriptors sent along, in their order.
  package var fds: [String]
  /// The process that the filter is on, as the runtime sees it.
  package var pid: Int32
  /// What `listenerMetadata` says.
  package var metadata: String?
  /// The container's state.
  package var state: State

  /// Makes a process state from its parts.
  package init(
    fds: [String] = ["seccompFd"], pid: Int32, metadata: String? = nil, state: State
  ) {
    self.fds = fds
    self.pid = pid
    self.metadata = metadata
    self.state = state
  }

  /// The process state as a document.
  package var json: JSONValue {
    var members: OrderedMap<JSONValue> = [
      "ociVersion": .string(state.ociVersion),
      "fds": JSONValue(fds),
      "pid": JSONValue(pid),
    ]
    if let metadata { members["metadata"] = .string(metadata) }
    members["state"] = state.json
    return .object(members)
  }
}
