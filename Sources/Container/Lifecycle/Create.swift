// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Creates a container: everything but the execution of its program.
  ///
  /// - Returns: the ID of its first process, which is a child of the caller.
  package static func create(
    _ bundle: Bundle, _ options: CreateOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> Int32 {
    try checkTerminal(bundle.spec, options)
    let creation = try Creation(bundle, options, context, executesAtOnce: false)
    return try creation.run().pid
  }

  private static func checkTerminal(
    _ spec: Spec, _ options: CreateOptions
  ) throws(RuntimeError) {
    let terminal = spec.process?.terminal == true
    if terminal, options.consoleSocket == nil {
      throw RuntimeError(
        .invalidSpec,
        "process.terminal: cannot allocate tty if runp will detach without setting console socket")
    }
    if !terminal, options.consoleSocket != nil {
      throw RuntimeError(
        .invalidSpec, "cannot use console socket if runp will not detach or allocate tty")
    }
  }
}
