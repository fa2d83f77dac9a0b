// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The program that a container or `exec` runs, and as what.
package struct Process: Equatable, Sendable {
  /// Whether it gets a pseudoterminal.
  package var terminal: Bool
  /// The terminal's first size; nothing without `terminal`.
  package var consoleSize: Box?
  /// The IDs it runs as.
  package var user: User
  /// The program and its arguments.
  package var args: [String]
  /// The environment, each entry `NAME=value`.
  package var env: [String]
  /// The working directory in the container.
  package var cwd: String
  /// The capability sets; nil drops everything.
  package var capabilities: LinuxCapabilities?
  /// Resource limits, one a type.
  package var rlimits: [POSIXRlimit]
  /// Whether `execve` may no longer raise privileges.
  package var noNewPrivileges: Bool
  /// The AppArmor profile to run under.
  package var apparmorProfile: String?
  /// What is written to `oom_score_adj`; nil leaves it alone.
  package var oomScoreAdj: Int?
  /// How the kernel schedules it.
  package var scheduler: Scheduler?
  /// The SELinux label to run under.
  package var selinuxLabel: String?
  /// How the kernel orders its input and output.
  package var ioPriority: LinuxIOPriority?
  /// The CPUs that `exec` uses before and after it joins the cgroup.
  package var execCPUAffinity: CPUAffinity?

  /// Makes a process from its parts.
  package init(
    terminal: Bool = false, consoleSize: Box? = nil, user: User = User(), args: [String] = [],
    env: [String] = [], cwd: String = "/", capabilities: LinuxCapabilities? = nil,
    rlimits: [POSIXRlimit] = [], noNewPrivileges: Bool = false, apparmorProfile: String? = nil,
    oomScoreAdj: Int? = nil, scheduler: Scheduler? = nil, selinuxLabel: String? = nil,
    ioPriority: LinuxIOPriority? = nil, execCPUAffinity: CPUAffinity? = nil
  ) {
    self.terminal = terminal
    self.consoleSize = consoleSize
    self.user = user
    self.args = args
    self.env = env
    self.cwd = cwd
    self.capabilities = capabilities
    self.rlimits = rlimits
    self.noNewPrivileges = noNewPrivileges
    self.apparmorProfile = apparmorProfile
    self.oomScoreAdj = oomScoreAdj
    self.scheduler = scheduler
    self.selinuxLabel = selinuxLabel
    self.ioPriority = ioPriority
    self.execCPUAffinity = execCPUAffinity
  }
}

extension Process: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    terminal = try json.bool("terminal") ?? false
    consoleSize = try json.object("consoleSize")
    user = try json.object("user") ?? User()
    args = try json.strings("args") ?? []
    env = try json.strings("env") ?? []
    cwd = try json.requiredString("cwd")
    capabilities = try json.object("capabilities")
    rlimits = try json.objects("rlimits")
    noNewPrivileges = try json.bool("noNewPrivileges") ?? false
    apparmorProfile = try json.nonEmptyString("apparmorProfile")
    oomScoreAdj = try json.integer("oomScoreAdj")
    scheduler = try json.object("scheduler")
    selinuxLabel = try json.nonEmptyString("selinuxLabel")
    ioPriority = try json.object("ioPriority")
    execCPUAffinity = try json.object("execCPUAffinity")
  }
}

/// The size of a terminal in characters.
package struct Box: Equatable, Sendable {
  /// The rows.
  package var height: UInt16
  /// The columns.
  package var width: UInt16

  /// Makes a size from its parts.
  package init(height: UInt16, width: UInt16) {
    self.height = height
    self.width = width
  }
}

extension Box: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    height = try json.requiredInteger("height")
    width = try json.requiredInteger("width")
  }
}

/// The IDs of a process, as its user namespace sees them.
package struct User: Equatable, Sendable {
  /// The user ID.
  package var uid: UInt32
  /// The group ID.
  package var gid: UInt32
  /// The file mode creation mask.
  package var umask: UInt32?
  /// The supplementary groups.
  package var additionalGids: [UInt32]

  /// Makes a user from its parts.
  package init(
    uid: UInt32 = 0, gid: UInt32 = 0, umask: UInt32? = nil, additionalGids: [UInt32] = []
  ) {
    self.uid = uid
    self.gid = gid
    self.umask = umask
    self.additionalGids = additionalGids
  }
}

extension User: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    uid = try json.integer("uid") ?? 0
    gid = try json.integer("gid") ?? 0
    umask = try json.integer("umask")
    additionalGids = try json.integers("additionalGids") ?? []
  }
}

/// The capability sets of a process.
///
/// The names stay text: one that the kernel lacks is a warning, not an error.
package struct LinuxCapabilities: Equatable, Sendable {
  /// The most that `execve` can ever grant.
  package var bounding: [String]
  /// What the kernel checks.
  package var effective: [String]
  /// What may pass `execve` by file capabilities.
  package var inheritable: [String]
  /// The most that the effective set can hold.
  package var permitted: [String]
  /// What passes `execve` without file capabilities.
  package var ambient: [String]

  /// Makes capability sets.
  package init(
    bounding: [String] = [], effective: [String] = [], inheritable: [String] = [],
    permitted: [String] = [], ambient: [String] = []
  ) {
    self.bounding = bounding
    self.effective = effective
    self.inheritable = inheritable
    self.permitted = permitted
    self.ambient = ambient
  }
}

extension LinuxCapabilities: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    bounding = try json.strings("bounding") ?? []
    effective = try json.strings("effective") ?? []
    inheritable = try json.strings("inheritable") ?? []
    permitted = try json.strings("permitted") ?? []
    ambient = try json.strings("ambient") ?? []
  }
}

/// A resource limit of getrlimit(2).
package struct POSIXRlimit: Equatable, Sendable {
  /// The limited resource.
  package var type: RlimitType
  /// The limit in force.
  package var soft: UInt64
  /// The most that the soft limit can be raised to.
  package var hard: UInt64

  /// Makes a limit from its parts.
  package init(type: RlimitType, soft: UInt64, hard: UInt64) {
    self.type = type
    self.soft = soft
    self.hard = hard
  }
}

extension POSIXRlimit: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    type = try json.requiredWord("type")
    soft = try json.requiredInteger("soft")
    hard = try json.requiredInteger("hard")
  }
}

/// The resources of getrlimit(2).
package enum RlimitType: String, CaseIterable, Sendable {
  case `as` = "RLIMIT_AS"
  case core = "RLIMIT_CORE"
  case cpu = "RLIMIT_CPU"
  case data = "RLIMIT_DATA"
  case fsize = "RLIMIT_FSIZE"
  case locks = "RLIMIT_LOCKS"
  case memlock = "RLIMIT_MEMLOCK"
  case msgqueue = "RLIMIT_MSGQUEUE"
  case nice = "RLIMIT_NICE"
  case nofile = "RLIMIT_NOFILE"
  case nproc = "RLIMIT_NPROC"
  case rss = "RLIMIT_RSS"
  case rtprio = "RLIMIT_RTPRIO"
  case rttime = "RLIMIT_RTTIME"
  case sigpending = "RLIMIT_SIGPENDING"
  case stack = "RLIMIT_STACK"
}
