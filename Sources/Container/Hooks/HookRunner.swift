// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Running a container's hooks (config.md, posix-platform hooks).
struct HookRunner {
  /// The container's ID.
  let id: String
  /// The absolute path of the bundle.
  let bundle: String
  /// The configuration's annotations.
  let annotations: OrderedMap<String>

  /// Runs hooks in the listed order; the first that fails ends it.
  ///
  /// Each gets the container's state on its standard input, and the environment
  /// that it lists, or the runtime's own where it lists none.
  ///
  /// - Throws: `RuntimeError` of kind `hookFailed`.
  func run(
    _ hooks: [Hook], _ kind: HookKind, status: ContainerState, pid: Int32
  ) throws(RuntimeError) {
    for index in hooks.indices {
      try prepare(hooks, kind, index, state(status, pid), OwnProcess.environment).run()
    }
  }

  /// Runs all hooks whatever becomes of them, and passes each failure on.
  func runAll(
    _ hooks: [Hook], _ kind: HookKind, status: ContainerState, pid: Int32,
    onFailure: (RuntimeError) -> Void
  ) {
    for index in hooks.indices {
      do {
        try prepare(hooks, kind, index, state(status, pid), OwnProcess.environment).run()
      } catch {
        onFailure(error)
      }
    }
  }

  /// Opens what the startContainer hooks need, to be run, in order, as the
  /// container's user and under its filter; one that lists no environment gets
  /// the given one.
  func prepareForStart(
    _ hooks: [Hook], environment: [String]
  ) throws(RuntimeError) -> [PreparedHook] {
    var prepared: [PreparedHook] = []
    for index in hooks.indices {
      prepared.append(
        try prepare(
          hooks, .startContainer, index, state(.created, Processes.own), environment))
    }
    return prepared
  }

  private func state(_ status: ContainerState, _ pid: Int32) -> State {
    State(id: id, status: status, pid: pid, bundle: bundle, annotations: annotations)
  }

  private func prepare(
    _ hooks: [Hook], _ kind: HookKind, _ index: Int, _ state: State, _ environment: [String]
  ) throws(RuntimeError) -> PreparedHook {
    let hook = hooks[index]
    let name = "hooks.\(kind.rawValue)[\(index)]"
    return try PreparedHook.step(name) { () throws(RuntimeError) in
      // The host's files cannot be found in the container.
      let output = try HookOutput(kind == .startContainer ? [:] : annotations)
      return PreparedHook(
        name: name, hook: hook,
        process: try HookProcess(
          path: hook.path, arguments: hook.args.isEmpty ? [hook.path] : hook.args,
          environment: hook.env ?? environment, input: state.json.bytes(), output: output))
    }
  }
}

/// A hook with all that running it takes.
struct PreparedHook {
  /// What errors call it: its place in the configuration.
  let name: String
  /// What the configuration says of it.
  let hook: Hook
  /// The program.
  let process: HookProcess

  /// Runs it to its end.
  ///
  /// - Throws: `RuntimeError` of kind `hookFailed`.
  func run() throws(RuntimeError) {
    try Self.step(name) { () throws(RuntimeError) in
      switch try process.run(timeout: hook.timeout) {
      case .ended(.exited(0)): return
      case .ended(.exited(let code)): throw failure("failed with exit status \(code)")
      case .ended(.signalled(let signal)): throw failure("was ended by signal \(signal)")
      case .ranOut: throw failure("ran past specified timeout of \(hook.timeout ?? 0)s")
      }
    }
  }

  private func failure(_ what: String) -> RuntimeError {
    RuntimeError(.hookFailed, "\(hook.path) \(what)\(process.outputSuffix)")
  }

  /// Takes one step of a hook, whose name is the context of any error.
  ///
  /// - Throws: `RuntimeError` of kind `hookFailed`.
  static func step<Result>(
    _ name: String, _ body: () throws(RuntimeError) -> Result
  ) throws(RuntimeError) -> Result {
    do {
      return try body()
    } catch {
      throw error.adding(name).as(.hookFailed)
    }
  }
}
