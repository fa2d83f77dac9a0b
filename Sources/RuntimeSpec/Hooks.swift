// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Programs to run at points of a container's life, each list in order.
package struct Hooks: Equatable, Sendable {
  /// Deprecated: as `createRuntime`, and before it.
  package var prestart: [Hook]
  /// In `create`, in the runtime's namespaces, before the root is entered.
  package var createRuntime: [Hook]
  /// In `create`, in the container's namespaces, before the root is entered.
  package var createContainer: [Hook]
  /// In `start`, in the container, before the program is executed.
  package var startContainer: [Hook]
  /// In `start`, in the runtime's namespaces, after the program is executed.
  package var poststart: [Hook]
  /// In `delete`, in the runtime's namespaces, after the container is gone.
  package var poststop: [Hook]

  /// Makes hooks from their lists.
  package init(
    prestart: [Hook] = [], createRuntime: [Hook] = [], createContainer: [Hook] = [],
    startContainer: [Hook] = [], poststart: [Hook] = [], poststop: [Hook] = []
  ) {
    self.prestart = prestart
    self.createRuntime = createRuntime
    self.createContainer = createContainer
    self.startContainer = startContainer
    self.poststart = poststart
    self.poststop = poststop
  }

  /// The hooks of a kind.
  package subscript(kind: HookKind) -> [Hook] {
    switch kind {
    case .prestart: prestart
    case .createRuntime: createRuntime
    case .createContainer: createContainer
    case .startContainer: startContainer
    case .poststart: poststart
    case .poststop: poststop
    }
  }
}

extension Hooks: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    prestart = try json.objects("prestart")
    createRuntime = try json.objects("createRuntime")
    createContainer = try json.objects("createContainer")
    startContainer = try json.objects("startContainer")
    poststart = try json.objects("poststart")
    poststop = try json.objects("poststop")
  }
}

/// The points of a container's life that have hooks.
package enum HookKind: String, CaseIterable, Sendable {
  case prestart
  case createRuntime
  case createContainer
  case startContainer
  case poststart
  case poststop
}

/// One program to run.
package struct Hook: Equatable, Sendable {
  /// The program's absolute path.
  package var path: String
  /// Its argument vector, the name included.
  package var args: [String]
  /// Its whole environment; nil leaves the choice to the runtime.
  package var env: [String]?
  /// The seconds after which it is killed.
  package var timeout: Int?

  /// Makes a hook from its parts.
  package init(path: String, args: [String] = [], env: [String]? = nil, timeout: Int? = nil) {
    self.path = path
    self.args = args
    self.env = env
    self.timeout = timeout
  }
}

extension Hook: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    path = try json.requiredString("path")
    args = try json.strings("args") ?? []
    env = try json.strings("env")
    timeout = try json.integer("timeout")
  }

  /// The hook as a configuration has it.
  package var json: JSONValue {
    var document: OrderedMap<JSONValue> = ["path": .string(path)]
    if !args.isEmpty { document["args"] = JSONValue(args) }
    if let env { document["env"] = JSONValue(env) }
    if let timeout { document["timeout"] = JSONValue(timeout) }
    return .object(document)
  }
}
