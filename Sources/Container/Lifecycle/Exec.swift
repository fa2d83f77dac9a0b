// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
package import RuntimeSpec

/// What `exec` runs and how.
package struct ExecOptions {
  /// The container.
  package var id: String
  /// Changes the container's own process configuration into the one to run;
  /// nil when `processFile` has all of it.
  package var adjust: ((inout Process) throws(RuntimeError) -> Void)?
  /// A file with a whole process configuration.
  package var processFile: String?
  /// The socket that takes the main side of the terminal.
  package var consoleSocket: String?
  /// The socket that takes a descriptor of the process.
  package var pidfdSocket: String?
  /// The file that takes the ID of the process.
  package var pidFile: String?
  /// Return once the program has been executed.
  package var detach = false
  /// Go into a container that is frozen, too.
  package var ignorePaused = false
  /// The cgroup to enter, relative to the container's own; nil for that.
  package var cgroup: String?
  /// How many descriptors from 3 on the program gets.
  package var preserveFDs = 0

  /// Options for a container.
  package init(id: String) {
    self.id = id
  }
}

extension Lifecycle {
  /// Runs another program in a container.
  ///
  /// - Returns: its exit status as shells have it; 0 when detached.
  package static func exec(
    _ options: ExecOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> Int32 {
    let directory = try StateStore(root: context.root).open(options.id)
    let status = try ContainerStatus(directory, options.id, context)
    try checkEnterable(status.state, options)
    let spec: Spec
    do {
      spec = try Spec.decode(bytes: try directory.readConfig())
    } catch {
      throw RuntimeError(error, "read the container's configuration")
    }
    let process = try configuration(spec, options)
    try checkTerminal(process, options)
    try SecurityLabels.check(process, mountLabel: nil)
    let foreground = options.detach ? nil : try Foreground()
    let entry = try ContainerEntry(status.record, spec, process, options, context)
    let child = try entry.run()
    guard let foreground else { return 0 }
    return try foreground.wait(for: child, console: entry.console).code
  }

  private static func checkEnterable(
    _ state: ContainerState, _ options: ExecOptions
  ) throws(RuntimeError) {
    switch state {
    case .running, .created: return
    case .paused where options.ignorePaused: return
    case .paused:
      throw RuntimeError(
        .wrongState, "cannot exec in a paused container (use --ignore-paused to override)")
    case .stopped:
      throw RuntimeError(
        .wrongState, "cannot exec in a stopped container: container not running")
    case .creating:
      throw RuntimeError(.wrongState, "cannot exec in a container that is being created")
    }
  }

  private static func checkTerminal(
    _ process: Process, _ options: ExecOptions
  ) throws(RuntimeError) {
    if process.terminal, options.detach, options.consoleSocket == nil {
      throw RuntimeError(
        .invalidSpec, "cannot allocate tty if runp will detach without setting console socket")
    }
    if options.consoleSocket != nil, !process.terminal || !options.detach {
      throw RuntimeError(
        .invalidSpec, "cannot use console socket if runp will not detach or allocate tty")
    }
  }

  /// The configuration of the process: the file's, or the container's own as
  /// adjusted.
  ///
  /// Labels and capabilities that the file does not name are the container's:
  /// a process of `exec` is not less confined.
  private static func configuration(
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
    do {
      var process = try Process(json: JSONNode(JSONValue(parsing: try File.read(file))))
      try process.validate(at: .root)
      process.capabilities = process.capabilities ?? spec.process?.capabilities
      process.apparmorProfile = process.apparmorProfile ?? spec.process?.apparmorProfile
      process.selinuxLabel = process.selinuxLabel ?? spec.process?.selinuxLabel
      return process
    } catch {
      throw RuntimeError(error, file)
    }
  }
}
