// SPDX-License-Identifier: Apache-2.0

/// What every command gets besides its own options.
struct CommandContext {
  /// The options before the command.
  let global: GlobalOptions
  /// The surroundings.
  let environment: Environment
  /// The state directory.
  let root: StateRoot
  /// Where messages go.
  let log: Log
}
