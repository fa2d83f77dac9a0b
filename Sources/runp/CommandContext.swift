// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Container
internal import Kernel

/// What every command gets besides its own arguments.
struct CommandContext {
  /// The options before the command.
  let global: GlobalOptions
  /// The surroundings.
  let environment: Environment
  /// Where messages go.
  let log: Log

  /// The state directory and what goes with it, as the lower modules know them.
  ///
  /// A command that has nothing to do with containers does not ask for it, and
  /// so works whatever the options for them say.
  ///
  /// - Throws: `RuntimeError` for a state directory that cannot be one, and for
  ///   options that are understood and cannot be acted on.
  func runtime() throws(RuntimeError) -> RuntimeContext {
    try global.checkSupported()
    let root = try StateRoot(global.root, environment)
    return RuntimeContext(
      root: root.path, rootMode: root.mode,
      cgroupManager: cgroupManager, rootless: isRootless, systemd: { systemd },
      warn: { log.warning($0) })
  }

  private var cgroupManager: RuntimeContext.CgroupManager {
    switch global.cgroupManager {
    case .disabled: .disabled
    case .systemd: .systemd
    case .cgroupfs: global.systemdCgroup ? .systemd : .filesystem
    }
  }

  /// The systemd whose units the caller's cgroups belong to.
  private var systemd: SystemdAddress {
    if !isRootless { return .system }
    return .user(
      session: environment.variable("DBUS_SESSION_BUS_ADDRESS"),
      directory: environment.variable("XDG_RUNTIME_DIR"),
      user: IDMaps.outside(environment.userID))
  }

  /// The path of the state directory, or why it has none, for the log.
  var stateRoot: String {
    do {
      return try StateRoot(global.root, environment).path
    } catch {
      return "no directory (\(error))"
    }
  }

  private var isRootless: Bool {
    switch global.rootless {
    case .true: true
    case .false: false
    case .auto: environment.userID != 0 || environment.isInUserNamespace()
    }
  }

  /// Says that sd_notify(3) is not acted on, to a caller that may wait for it.
  func warnOfNotifySocket() {
    guard environment.variable("NOTIFY_SOCKET") != nil else { return }
    log.warning("NOTIFY_SOCKET is set, but runp does not pass it on to the container")
  }
}
