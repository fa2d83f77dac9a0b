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
  /// Each gets the container's state on its standard input, and only the
  /// environment that it lists.
  func run(
    _ hooks: [Hook], _ kind: HookKind, status: ContainerState, pid: Int32
  ) throws(RuntimeError) {
    for (index, hook) in hooks.enumerated() {
      try run(hook, kind, index, status: status, pid: pid)
    }
  }

  /// Runs all hooks whatever becomes of them, and passes each failure on.
  func runAll(
    _ hooks: [Hook], _ kind: HookKind, status: ContainerState, pid: Int32,
    onFailure: (RuntimeError) -> Void
  ) {
    for (index, hook) in hooks.enumerated() {
      do {
        try run(hook, kind, index, status: status, pid: pid)
      } catch {
        onFailure(error)
      }
    }
  }

  private func run(
    _ hook: Hook, _ kind: HookKind, _ index: Int, status: ContainerState, pid: Int32
  ) throws(RuntimeError) {
    let name = "hooks.\(kind.rawValue)[\(index)]"
    let output: HookOutput
    do {
      // The host's files cannot be found in the container.
      output = try HookOutput(kind == .startContainer ? [:] : annotations)
    } catch {
      throw RuntimeError(error, name)
    }
    let state = State(
      id: id, status: status, pid: pid, bundle: bundle,
      annotations: annotations)
    let process = HookProcess(
      path: hook.path, arguments: hook.args.isEmpty ? [hook.path] : hook.args,
      environment: hook.env, input: state.json.bytes(), output: output)
    let result: ExitStatus
    do {
      result = try process.run(timeout: hook.timeout)
    } catch  where error.errno == ETIMEDOUT {
      throw RuntimeError(
        .failed,
        "\(name): \(hook.path) ran past specified timeout of \(hook.timeout ?? 0)s\(output.suffix)")
    } catch {
      throw RuntimeError(error, name)
    }
    switch result {
    case .exited(0): return
    case .exited(let code):
      throw RuntimeError(
        .failed, "\(name): \(hook.path) failed with exit status \(code)\(output.suffix)")
    case .signalled(let signal):
      throw RuntimeError(
        .failed, "\(name): \(hook.path) was ended by signal \(signal)\(output.suffix)")
    }
  }
}
