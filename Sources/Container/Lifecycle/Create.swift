// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import JSON
package import Kernel
internal import RuntimeSpec

extension Lifecycle {
  /// Creates a container: everything but the execution of its program.
  ///
  /// - Returns: the ID of its first process, which is a child of the caller.
  package static func create(
    _ bundle: Bundle, _ options: CreateOptions, _ context: RuntimeContext
  ) throws(RuntimeError) -> Int32 {
    try TerminalCheck.require(
      terminal: bundle.spec.process?.terminal == true, consoleSocket: options.consoleSocket,
      detached: true)
    return try PlannedContainer(bundle, options, context, executesAtOnce: false).make().child.pid
  }
}
