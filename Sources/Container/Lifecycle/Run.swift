// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// How `run` goes on once the program has been executed.
package struct RunOptions {
  /// Return at once.
  package var detach = false
  /// Leave the container as it is when its program has ended.
  package var keep = false
  /// Leave the container's orphans to somebody else.
  package var noSubreaper = false

  /// The defaults: wait, then delete.
  package init() {}
}

extension Lifecycle {
  /// Creates and starts a container, waits for the end of its program and
  /// deletes it.
  ///
  /// - Returns: the exit status as shells have it; 0 when detached.
  package static func run(
    _ bundle: Bundle, _ options: CreateOptions, _ runOptions: RunOptions,
    _ context: RuntimeContext
  ) throws(RuntimeError) -> Int32 {
    try checkTerminal(bundle.spec, options, runOptions)
    if bundle.spec.process == nil {
      throw ProgramStart.noProcess
    }
    do {
      if !runOptions.detach, !runOptions.noSubreaper { try OwnProcess.becomeSubreaper() }
    } catch {
      throw RuntimeError(error)
    }
    let foreground = runOptions.detach ? nil : try Foreground()
    let creation = try Creation(bundle, options, context, executesAtOnce: true)
    let child = try creation.run()
    let started = StartedContainer(creation.record, bundle.spec, context)
    do throws(RuntimeError) {
      if let channel = creation.channel { try started.execute(channel) }
      try creation.complete()
      creation.release()
      try started.runPoststartHooks()
    } catch {
      creation.release()
      // The first error is the one to report.
      try? delete(creation.record, context)
      throw error
    }
    guard let foreground else { return 0 }
    do throws(RuntimeError) {
      let status = try foreground.wait(for: child, console: creation.console)
      if !runOptions.keep { try delete(creation.record, context) }
      return status.code
    } catch {
      if !runOptions.keep { try? delete(creation.record, context) }
      throw error
    }
  }

  private static func checkTerminal(
    _ spec: Spec, _ options: CreateOptions, _ runOptions: RunOptions
  ) throws(RuntimeError) {
    let terminal = spec.process?.terminal == true
    if terminal, runOptions.detach, options.consoleSocket == nil {
      throw RuntimeError(
        .invalidSpec,
        "process.terminal: cannot allocate tty if runp will detach without setting console socket")
    }
    if options.consoleSocket != nil, !terminal || !runOptions.detach {
      throw RuntimeError(
        .invalidSpec, "cannot use console socket if runp will not detach or allocate tty")
    }
  }
}
