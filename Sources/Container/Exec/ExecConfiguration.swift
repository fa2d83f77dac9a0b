// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

/// What `exec` runs in a container: a process, and what of the container's
/// configuration holds for every process in it.
struct ExecConfiguration {
  /// The process.
  let process: Process
  /// The container's configuration.
  let container: Spec
  /// What the container's filter is compiled from.
  let filter: SeccompSource

  /// Reads the configuration that was kept of a container, and decides on the
  /// process.
  init(
    _ directory: borrowing StateDirectory, _ options: ExecOptions, _ context: RuntimeContext
  ) throws(RuntimeError) {
    do throws(RuntimeError) {
      let bytes = try directory.readConfig()
      let read = try fromDocument { () throws(SpecError) in
        try SeccompSource.read(bytes, context.filters)
      }
      (container, filter) = (read.spec, read.filter)
    } catch {
      throw error.adding("read the container's configuration")
    }
    process = try Self.process(container, options)
    try TerminalCheck.require(
      terminal: process.terminal, consoleSocket: options.consoleSocket, detached: options.detach)
    try SecurityLabels.check(process, mountLabel: nil)
  }

  /// The configuration of the process: the file's, or the container's own as
  /// adjusted.
  ///
  /// Labels and capabilities that the file does not name are the container's:
  /// a process of `exec` is not less confined.
  private static func process(
    _ spec: Spec, _ options: ExecOptions
  ) throws(RuntimeError) -> Process {
    guard let file = options.processFile else {
      guard var process = spec.process else {
        throw RuntimeError(.invalidSpec, "process: the container's configuration has none")
      }
      process.terminal = false
      try options.adjust?(&process)
      do { try process.validate(at: .root) } catch { throw RuntimeError(error) }
      return process
    }
    do throws(RuntimeError) {
      let bytes = try File.read(file)
      var process = try fromDocument { () throws(SpecError) in
        let process = try Process(json: JSONNode(JSONValue(parsing: bytes)))
        try process.validate(at: .root)
        return process
      }
      process.capabilities = process.capabilities ?? spec.process?.capabilities
      process.apparmorProfile = process.apparmorProfile ?? spec.process?.apparmorProfile
      process.selinuxLabel = process.selinuxLabel ?? spec.process?.selinuxLabel
      return process
    } catch {
      throw error.adding(file)
    }
  }
}
