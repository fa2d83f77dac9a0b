// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// What a process still has to become, once it stands in the container's
/// namespaces and root, before it may execute the program.
///
/// The first process of a container and those of `exec` share it.
final class ProcessSetup {
  /// The configuration.
  let process: Process
  /// The system call filter, compiled.
  let seccomp: SeccompProgram?
  /// Whether the container's user namespace is not the host's.
  let hasUserNamespace: Bool
  /// Groups are kept as the caller has them (`run.oci.keep_original_groups`).
  let keepGroups: Bool
  private let linux: Linux?
  private let late: LateSettings?
  private let capabilities: ProcessCapabilities

  /// Takes a configuration; `hasSuccessor` if the process that is set up clones the
  /// one that executes the program.
  init(
    _ process: Process, _ linux: Linux?, seccomp: SeccompProgram?, hasUserNamespace: Bool,
    keepGroups: Bool, hasSuccessor: Bool
  ) {
    late = hasSuccessor ? LateSettings(process, hasUserNamespace: hasUserNamespace) : nil
    self.process = late?.without(process) ?? process
    self.linux = linux
    self.seccomp = seccomp
    self.hasUserNamespace = hasUserNamespace
    self.keepGroups = keepGroups
    capabilities = ProcessCapabilities(process.capabilities)
  }

  /// Whether the filter is in force and every privilege given up.
  private var isConfined = false

  /// What is left of the capabilities in the end, where they are given up last.
  private var finalCapabilities: ProcessCapabilities.Grant?

  /// Whether loading the filter takes a privilege: without no_new_privs it does
  /// (seccomp(2)).
  private var filterNeedsPrivileges: Bool { seccomp != nil && !process.noNewPrivileges }

  /// Becomes what the program is to be, but for what `finishOutside`, `finishInside`,
  /// `loadFilter` and `giveUpPrivileges` are left to do; the root directory is the container's.
  ///
  /// - Returns: the program as the user finds it, and warnings about what could
  ///   not be granted.
  func prepare(
    _ proc: borrowing Procfs
  ) throws(RuntimeError) -> (program: Executable, warnings: [String]) {
    try late?.prepare()
    if !process.terminal { try StandardStreams.give(to: process.user.uid) }
    isInWorkingDirectory = try enterWorkingDirectory(asUser: false)
    // The user database need not be readable for all.
    let environment = ProgramEnvironment.environment(of: process)
    let warnings = try becomeUser(proc)
    return (try Executable(process, environment: environment), warnings)
  }

  /// Whether root could enter the working directory.
  private var isInWorkingDirectory = false

  /// Enters the working directory, which has to be in the container's root:
  /// links of procfs do not lead there (CVE-2024-21626).
  ///
  /// It is enough that one of the two can enter it, root or the user.
  ///
  /// - Returns: false when root may not, and the user is still to be tried.
  private func enterWorkingDirectory(asUser: Bool) throws(RuntimeError) -> Bool {
    do {
      let root = try File.open("/", [.path, .directory])
      try OwnProcess.changeDirectory(
        to: try SafePath.open(process.cwd, in: root, [.path, .directory]))
      _ = try OwnProcess.workingDirectory()
      return true
    } catch {
      if error.errno == EACCES, !asUser { return false }
      throw error.adding("enter working directory \(process.cwd)")
    }
  }

  /// Takes on scheduling, limits, user, groups and capabilities, but for what
  /// `loadFilter` needs.
  ///
  /// - Returns: warnings about what could not be granted.
  private func becomeUser(_ proc: borrowing Procfs) throws(RuntimeError) -> [String] {
    try SecurityLabels.setForExecution(process, proc)
    try setScheduling()
    if !hasUserNamespace { try setRlimits(of: 0, deferred: false) }
    OwnProcess.setCreationMask(process.user.umask ?? 0o022)
    if let personality = linux?.personality {
      try step("linux.personality") { () throws(RuntimeError) in
        try OwnProcess.setPersonality(personality.domain == .linux32 ? 8 : 0)
      }
    }
    if process.noNewPrivileges {
      try step("process.noNewPrivileges") { () throws(RuntimeError) in
        try OwnProcess.setNoNewPrivileges()
      }
    }
    return try step("become user \(process.user.uid)") { () throws(RuntimeError) in
      try changeUser()
    }
  }

  private func changeUser() throws(RuntimeError) -> [String] {
    var refused = try capabilities.limitBounding()
    let user = process.user
    let groups = keepGroups ? nil : try setGroups(user.additionalGids)
    try OwnProcess.setGroup(user.gid)
    try capabilities.keepAcrossUserChange()
    try OwnProcess.setUser(user.uid)
    if !isInWorkingDirectory { _ = try enterWorkingDirectory(asUser: true) }
    let grant = try capabilities.grant()
    refused.formUnion(grant.refused)
    // The process may wait in this state for a long time, and a neighbour in its
    // PID namespace may trace it: it has no more than what is left to do needs.
    try grant.take(keepingForFilter: filterNeedsPrivileges)
    if filterNeedsPrivileges { finalCapabilities = grant }
    return [
      groups, capabilities.unknownWarning, ProcessCapabilities.warning(notGranted: refused),
    ].compactMap { $0 }
  }

  /// - Returns: a warning about groups that could not be set.
  private func setGroups(_ groups: [UInt32]) throws(RuntimeError) -> String? {
    do {
      try OwnProcess.setGroups(groups)
      return nil
    } catch {
      // Whoever may change groups, and may not: the user namespace, the
      // container's or the caller's, was made without privileges and denies it
      // for good. What groups there are, it could not have given up.
      guard error.errno == EPERM,
        try ThreadCapabilities.current().effective.contains(Self.forGroups)
      else { throw error }
      return groups.isEmpty
        ? nil : "process.user.additionalGids: the user namespace lets no groups be set"
    }
  }

  /// `CAP_SETGID`.
  private static let forGroups = CapabilitySet(number: 6)

  private func setScheduling() throws(RuntimeError) {
    if let scheduler = process.scheduler {
      try step("process.scheduler") { () throws(RuntimeError) in
        try OwnProcess.setScheduling(scheduler.parameters)
      }
    }
    if let priority = process.ioPriority {
      try step("process.ioPriority") { () throws(RuntimeError) in
        try OwnProcess.setIOPriority(
          class: priority.class.number, priority: Int32(priority.priority))
      }
    }
    if let policy = linux?.memoryPolicy {
      let nodes = try NumberList.numbers(policy.nodes ?? "", "linux.memoryPolicy.nodes")
      try step("linux.memoryPolicy") { () throws(RuntimeError) in
        try OwnProcess.setMemoryPolicy(mode: policy.number, nodes: nodes)
      }
    }
  }

  /// The number of open files below which the limit on them is set last: the
  /// start gate needs one or two.
  private static let fewFiles: UInt64 = 64

  /// Sets resource limits of a process (0: of this one).
  ///
  /// `deferred` selects those that may only be set at the very end, when no
  /// privilege is left: what they need of one is set before.
  private func setRlimits(of pid: Int32, deferred: Bool) throws(RuntimeError) {
    for (index, limit) in process.rlimits.enumerated() {
      let isLast = limit.type == .nofile && limit.soft < Self.fewFiles && pid == 0
      if deferred && !isLast { continue }
      let soft = isLast && !deferred ? min(Self.fewFiles, limit.hard) : limit.soft
      if isLast, !deferred, soft < Self.fewFiles { continue }
      try step("process.rlimits[\(index)]") { () throws(RuntimeError) in
        try Rlimits.set(limit.type.rawValue, soft: soft, hard: limit.hard, of: pid)
      }
    }
  }

  /// Does, from the runtime, what only that may do for the process that executes
  /// the program.
  func finishOutside(_ pid: Int32) throws(RuntimeError) {
    // It may raise limits for a user namespace.
    if hasUserNamespace { try setRlimits(of: pid, deferred: false) }
    try late?.setOutside(of: pid)
  }

  /// Does, as that process, what it may only do without any privilege left.
  func finishInside() throws(RuntimeError) {
    try late?.setInside()
    if !hasUserNamespace { try setRlimits(of: 0, deferred: true) }
  }

  /// Loads the filter and gives up every privilege early, if the filter lets
  /// what runp itself still does pass.
  func confine(foreseeing calls: @autoclosure () -> [ForeseenCall]) throws(RuntimeError) {
    guard let seccomp, !seccomp.flags.contains(.newListener) else { return }
    let instructions = [FilterInstruction](program: seccomp.instructions)
    guard calls().allSatisfy({ $0.passes(instructions) }) else { return }
    _ = try loadFilter()
    try giveUpPrivileges()
    isConfined = true
  }

  /// Loads the filter.
  ///
  /// It comes last, so that it need allow as little as possible of what runp
  /// itself does.
  func loadFilter() throws(RuntimeError) -> Descriptor? {
    if isConfined { return nil }
    do {
      return try seccomp?.load()
    } catch {
      throw error.adding("load seccomp filter")
    }
  }

  /// Gives up the privileges that were kept for loading the filter.
  func giveUpPrivileges() throws(RuntimeError) {
    if isConfined { return }
    try step("process.capabilities") { () throws(RuntimeError) in try finalCapabilities?.take() }
  }
}
