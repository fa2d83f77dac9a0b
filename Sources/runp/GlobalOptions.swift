// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel

/// The options that stand before the command.
struct GlobalOptions {
  /// Who makes and removes cgroups.
  enum CgroupManager: String, CaseIterable {
    /// runp, in the file system.
    case cgroupfs
    /// systemd, asked over D-Bus.
    case systemd
    /// Nobody: cgroups are never touched.
    case disabled
  }

  /// Whether errors of cgroups that come from lack of permission are ignored.
  enum Rootless: String, CaseIterable {
    /// They are.
    case `true`
    /// They are not.
    case `false`
    /// They are when the user is not root.
    case auto
  }

  /// The state directory, when given.
  var root: String?
  /// Where the log goes, when given.
  var log: String?
  /// How the log is laid out.
  var logFormat = Log.Format.text
  /// The least level that is logged.
  var logLevel = Log.Level.warning
  /// Whether everything is logged.
  var debug = false
  /// Whether systemd is to make cgroups.
  var systemdCgroup = false
  /// Who makes cgroups.
  var cgroupManager = CgroupManager.cgroupfs
  /// Whether missing permission is ignored.
  var rootless = Rootless.auto
  /// Whether the log goes to the journal.
  var systemdLog = false
  /// Whether the version was asked for.
  var version = false

  /// The table.
  static var options: [Option<GlobalOptions>] {
    [
      .path(
        "root", nil, "DIR",
        "state directory; default /run/runp, or $XDG_RUNTIME_DIR/runp for users", hint: .directory
      ) { $0.root = $1 },
      .path("log", nil, "FILE", "append messages to FILE instead of standard error") {
        $0.log = $1
      },
      .choice("log-format", nil, "FORMAT", "form of messages in the log: text or json") {
        $0.logFormat = $1
      },
      .choice(
        "log-level", nil, "LEVEL", "least level of messages: error, warning, info or debug"
      ) { $0.logLevel = $1 },
      .flag("debug", nil, "same as --log-level debug") { $0.debug = $1 },
      .flag("systemd-cgroup", nil, "let systemd make cgroups") {
        $0.systemdCgroup = $1
      },
      .choice(
        "cgroup-manager", nil, "MANAGER",
        "who makes cgroups: cgroupfs, systemd, disabled for nobody"
      ) { $0.cgroupManager = $1 },
      .choice(
        "rootless", nil, "WHEN",
        "ignore lack of permission on cgroups: true, false or auto for when not root"
      ) { $0.rootless = $1 },
      .path("criu", nil, "FILE", "ignored, for older callers") { _, _ in }.hidden,
      .flag("systemd-log", nil, "log to the journal (not supported yet)") {
        $0.systemdLog = $1
      }.hidden,
      .flag("version", "v", "show the version and exit") { $0.version = $1 },
    ]
  }

  /// Reads the words before the command.
  ///
  /// - Returns: the command and its words, or nil when help was asked for.
  static func parse(_ words: [String]) throws(UsageError) -> (GlobalOptions, [String])? {
    var options = GlobalOptions()
    let rest = try OptionScanner.scan(
      words, self.options, into: &options, stopsAtFirstArgument: true)
    return rest.map { (options, $0) }
  }

  /// The least level that is logged, `--debug` counted in.
  var leastLevel: Log.Level { debug ? .debug : logLevel }

  /// The file that the log goes to; `file:` in front is taken off.
  ///
  /// - Throws: `RuntimeError` for logs that are no file.
  func logPath() throws(RuntimeError) -> String? {
    guard let log else { return nil }
    for kind in ["journald:", "syslog:"] where log.hasPrefix(kind) {
      throw RuntimeError(.failed, "log \(log): logging to \(kind.dropLast()) is not supported yet")
    }
    return log.hasPrefix("file:") ? String(log.dropFirst(5)) : log
  }

  /// Fails for what is understood and cannot be done.
  func checkSupported() throws(RuntimeError) {
    if systemdLog { throw RuntimeError(.failed, "logging to journald is not supported yet") }
  }
}
