// SPDX-License-Identifier: Apache-2.0

internal import Container

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

  /// The same as the lower modules know it.
  var runtime: RuntimeContext {
    RuntimeContext(
      root: root.path,
      cgroupManager: global.cgroupManager == .disabled ? .disabled : .filesystem,
      rootless: isRootless, warn: { log.warning($0) })
  }

  private var isRootless: Bool {
    switch global.rootless {
    case .true: true
    case .false: false
    case .auto: environment.userID != 0 || environment.isInUserNamespace()
    }
  }
}
