// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Kernel
internal import RuntimeSpec

/// What `exec` was asked for.
struct ExecArguments: HasID, Equatable {
  /// A user by number, and maybe a group.
  struct User: Equatable {
    /// The user.
    let uid: UInt32
    /// The group, when given.
    let gid: UInt32?
  }

  /// The ID of the container.
  var id = ""
  /// The program and its arguments.
  var command: [String] = []
  /// The file with the whole process, in place of the command and what goes with it.
  var process: String?
  /// The socket that gets the terminal's descriptor.
  var consoleSocket: String?
  /// The socket that gets the process's pidfd.
  var pidfdSocket: String?
  /// The file that gets the process's ID.
  var pidFile: String?
  /// The working directory.
  var cwd: String?
  /// Variables to add to the environment, as `NAME=VALUE`.
  var environment: [String] = []
  /// Whether it gets a terminal.
  var tty = false
  /// Whether runp returns when the process has started.
  var detach = false
  /// The user.
  var user: User?
  /// Groups besides the user's.
  var additionalGIDs: [UInt32] = []
  /// The SELinux label.
  var processLabel: String?
  /// The AppArmor profile.
  var apparmorProfile: String?
  /// Whether set-id programs lose their effect; nil for what the container has.
  var noNewPrivileges: Bool?
  /// Capabilities to add.
  var capabilities: [String] = []
  /// How many descriptors after standard error the process gets.
  var preserveFDs = 0
  /// The cgroup below the container's.
  var cgroup: String?
  /// Whether a paused container is entered, too.
  var ignorePaused = false
}

/// Runs another program in a container.
enum ExecCommand: Command {
  static let name = "exec"
  static let summary = "run another program in a running container"
  static let entersContainers = true
  static let failureStatus = CommandStatus.execFailure

  static var syntax: Syntax<ExecArguments> {
    Syntax(
      defaults: ExecArguments(),
      details: """
        The program is a command with its arguments or, with --process, a JSON file as the \
        process object of config.json. With a file, the options that describe a process are \
        refused and --tty has no effect. The exit status is the program's, 128 plus the number of \
        the signal that killed it, or 255 when it could not be run.
        """,
      arguments: [
        .container,
        Argument(
          name: "COMMAND", count: .rest, hint: .text,
          help: "program in the container and its arguments"),
      ],
      options: processOptions + identityOptions + handoverOptions,
      stopsAtFirstArgument: true,
      store: store)
  }

  private static func store(
    _ arguments: inout ExecArguments, _ words: [String]
  ) throws(UsageError) {
    arguments.id = words[0]
    // A separator between the container and the command belongs to neither.
    arguments.command = Array(words.dropFirst(words.count > 1 && words[1] == "--" ? 2 : 1))
    if arguments.process != nil && !arguments.command.isEmpty {
      throw UsageError("\"exec\" takes a command or --process, not both")
    }
    if arguments.process != nil, let option = arguments.describing.first {
      throw UsageError("\"exec\" takes --\(option) or --process, not both")
    }
    if arguments.process == nil && arguments.command.isEmpty {
      throw UsageError("exec args cannot be empty: \"exec\" requires a command or --process")
    }
  }

  private static var processOptions: [Option<ExecArguments>] {
    [
      .path("process", "p", "FILE", "read the process from a JSON file") { $0.process = $1 },
      .path("cwd", nil, "DIR", "working directory in the container", hint: .text) { $0.cwd = $1 },
      .parsed(
        "env", "e", "NAME=VALUE", "set an environment variable", Value.environment
      ) { $0.environment.append($1) }.repeating,
      .flag("tty", "t", "give it a terminal") { $0.tty = $1 },
      .flag("detach", "d", "return when the program has started") { $0.detach = $1 },
    ]
  }

  private static var identityOptions: [Option<ExecArguments>] {
    [
      .parsed("user", "u", "UID[:GID]", "user and group by number", user) { $0.user = $1 },
      .parsed("additional-gids", "g", "GID", "add a group", Value.id) {
        $0.additionalGIDs.append($1)
      }.repeating,
      .path("process-label", nil, "LABEL", "SELinux label", hint: .text) { $0.processLabel = $1 },
      .path("apparmor", nil, "PROFILE", "AppArmor profile", hint: .text) {
        $0.apparmorProfile = $1
      },
      .flag("no-new-privs", nil, "keep set-id programs from gaining privileges") {
        $0.noNewPrivileges = $1
      },
      .value(
        "cap", "c", "CAPABILITY", "add to the bounding, effective and permitted capabilities"
      ) { $0.capabilities.append($1) }.repeating,
    ]
  }

  private static var handoverOptions: [Option<ExecArguments>] {
    [
      .path("console-socket", nil, "SOCKET", "send the terminal's master side to SOCKET") {
        $0.consoleSocket = $1
      },
      .path("pidfd-socket", nil, "SOCKET", "send a pidfd of the process to SOCKET") {
        $0.pidfdSocket = $1
      },
      .path("pid-file", nil, "FILE", "write the process's ID to FILE") { $0.pidFile = $1 },
      .parsed(
        "preserve-fds", nil, "N", "pass N descriptors after standard error on to the program",
        Value.descriptorCount
      ) { $0.preserveFDs = $1 },
      .path("cgroup", nil, "PATH", "enter PATH below the container's cgroup", hint: .text) {
        $0.cgroup = $1
      },
      .flag("ignore-paused", nil, "enter a paused container, too") { $0.ignorePaused = $1 },
    ]
  }

  /// Reads `UID` or `UID:GID`, to the last character.
  private static func user(_ text: String, _ option: String) throws(UsageError)
    -> ExecArguments.User
  {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 2 { throw Value.invalid(text, of: option, "must be UID or UID:GID") }
    let uid = try Value.id(String(parts[0]), of: option)
    let gid = parts.count == 2 ? try Value.id(String(parts[1]), of: option) : nil
    return ExecArguments.User(uid: uid, gid: gid)
  }

  static func run(
    _ arguments: ExecArguments, _ context: CommandContext
  ) throws(RuntimeError) -> Int32 {
    var how = ExecOptions(id: arguments.id)
    how.processFile = arguments.process
    how.adjust = { process throws(RuntimeError) in arguments.adjust(&process) }
    how.consoleSocket = arguments.consoleSocket
    how.pidfdSocket = arguments.pidfdSocket
    how.pidFile = arguments.pidFile
    how.detach = arguments.detach
    how.ignorePaused = arguments.ignorePaused
    how.preservedFiles = PreservedFiles.numbers(arguments.preserveFDs)
    how.cgroup = arguments.cgroup
    return try Lifecycle.exec(how, context.runtime())
  }
}

extension ExecArguments {
  /// The options given that say what the process is like, which a file says in
  /// whole.
  ///
  /// `--tty` is none of them: callers that pass a file may pass it, too.
  var describing: [String] {
    let options = [
      ("cwd", cwd != nil), ("env", !environment.isEmpty), ("user", user != nil),
      ("additional-gids", !additionalGIDs.isEmpty), ("process-label", processLabel != nil),
      ("apparmor", apparmorProfile != nil), ("no-new-privs", noNewPrivileges != nil),
      ("cap", !capabilities.isEmpty),
    ]
    return options.filter { $0.1 }.map { $0.0 }
  }

  /// Makes the container's own process configuration the one to run.
  func adjust(_ process: inout Process) {
    process.args = command
    process.terminal = tty
    if let cwd { process.cwd = cwd }
    process.env += environment
    if let user {
      process.user.uid = user.uid
      process.user.gid = user.gid ?? process.user.gid
    }
    process.user.additionalGids += additionalGIDs
    if let processLabel { process.selinuxLabel = processLabel }
    if let apparmorProfile { process.apparmorProfile = apparmorProfile }
    if let noNewPrivileges { process.noNewPrivileges = noNewPrivileges }
    if !capabilities.isEmpty { add(capabilities, to: &process) }
  }

  /// Adds capabilities, but to the inheritable ones none (CVE-2022-29162), and
  /// to the ambient ones only such as the container lets be inherited.
  private func add(_ names: [String], to process: inout Process) {
    var sets = process.capabilities ?? LinuxCapabilities()
    sets.bounding += names
    sets.effective += names
    sets.permitted += names
    sets.ambient += names.filter { sets.inheritable.contains($0) }
    process.capabilities = sets
  }
}
