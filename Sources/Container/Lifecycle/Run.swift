// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import Kernel
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
    guard let process = bundle.spec.process else { throw ProgramStart.noProcess }
    try TerminalCheck.require(
      terminal: process.terminal, consoleSocket: options.consoleSocket,
      detached: runOptions.detach)
    if !runOptions.detach, !runOptions.noSubreaper { try OwnProcess.becomeSubreaper() }
    let foreground = runOptions.detach ? nil : try Foreground()
    let made = try PlannedContainer(bundle, options, context, executesAtOnce: true).make()
    let started = StartedContainer(made.record, context)
    do throws(RuntimeError) {
      try started.execute(made.channel)
      try made.complete()
      made.release()
      try started.runPoststartHooks()
    } catch {
      made.release()
      // The first error is the one to report.
      try? delete(made.record, context)
      throw error
    }
    guard let foreground else { return 0 }
    do throws(RuntimeError) {
      let status = try foreground.wait(
        for: made.child, console: made.console, end: UnreportedEnd(made.record, context))
      if !runOptions.keep { try delete(made.record, context) }
      return status.code
    } catch {
      if !runOptions.keep { try? delete(made.record, context) }
      throw error
    }
  }
}
