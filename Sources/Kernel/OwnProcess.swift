// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import CStart
internal import Glibc

/// What this process sets about itself.
package enum OwnProcess {
  /// Keeps other processes from looking into this one through procfs or ptrace.
  ///
  /// The corresponding call is prctl(2) with `PR_SET_DUMPABLE`.
  package static func makeUndumpable() throws(RuntimeError) {
    try check(clinux_prctl(4, 0, 0, 0, 0), "prctl PR_SET_DUMPABLE")
  }

  /// Lets who may look into this process as into any other do so again.
  ///
  /// The corresponding call is prctl(2) with `PR_SET_DUMPABLE`.
  package static func makeDumpable() throws(RuntimeError) {
    try check(clinux_prctl(4, 1, 0, 0, 0), "prctl PR_SET_DUMPABLE")
  }

  /// Names this process as lists of processes show it, at most 15 bytes; an
  /// exec gives it the name of the program.
  ///
  /// The corresponding call is prctl(2) with `PR_SET_NAME`.
  package static func setName(_ name: String) throws(RuntimeError) {
    let result = unsafe name.withCString {
      clinux_prctl(15, UInt(bitPattern: $0), 0, 0, 0)
    }
    try check(result, "prctl PR_SET_NAME")
  }

  /// Has the kernel kill this process when its parent ends; nil undoes it.
  ///
  /// The corresponding call is prctl(2) with `PR_SET_PDEATHSIG`.
  package static func setParentDeathSignal(_ signal: Int32?) throws(RuntimeError) {
    try check(clinux_pdeathsig(signal ?? 0), "prctl PR_SET_PDEATHSIG")
  }

  /// Has orphaned descendants reparented to this process.
  ///
  /// The corresponding call is prctl(2) with `PR_SET_CHILD_SUBREAPER`.
  package static func becomeSubreaper() throws(RuntimeError) {
    try check(clinux_prctl(36, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER")
  }

  /// Gives up gaining privileges through execve(2).
  ///
  /// The corresponding call is prctl(2) with `PR_SET_NO_NEW_PRIVS`.
  package static func setNoNewPrivileges() throws(RuntimeError) {
    try check(clinux_prctl(38, 1, 0, 0, 0), "prctl PR_SET_NO_NEW_PRIVS")
  }

  /// Keeps permitted capabilities across a change of all user IDs.
  ///
  /// The corresponding call is prctl(2) with `PR_SET_KEEPCAPS`.
  package static func setKeepCapabilities(_ on: Bool) throws(RuntimeError) {
    try check(clinux_prctl(8, on ? 1 : 0, 0, 0, 0), "prctl PR_SET_KEEPCAPS")
  }

  /// Starts a session of its own.
  ///
  /// The corresponding call is setsid(2).
  package static func startSession() throws(RuntimeError) {
    try check(negatedErrno(setsid()), "setsid")
  }

  /// Sets all three user IDs.
  ///
  /// The corresponding call is setresuid(2).
  package static func setUser(_ id: UInt32) throws(RuntimeError) {
    try check(clinux_setresuid(id, id, id), "setresuid", "\(id)")
  }

  /// Sets all three group IDs.
  ///
  /// The corresponding call is setresgid(2).
  package static func setGroup(_ id: UInt32) throws(RuntimeError) {
    try check(clinux_setresgid(id, id, id), "setresgid", "\(id)")
  }

  /// Sets the supplementary groups.
  ///
  /// The corresponding call is setgroups(2).
  package static func setGroups(_ ids: [UInt32]) throws(RuntimeError) {
    try check(unsafe clinux_setgroups(ids.count, ids), "setgroups")
  }

  /// Sets the file mode creation mask.
  ///
  /// The corresponding call is umask(2).
  package static func setCreationMask(_ mask: UInt32) {
    _ = umask(mode_t(mask))
  }

  /// Sets the execution domain.
  ///
  /// The corresponding call is personality(2).
  package static func setPersonality(_ persona: UInt) throws(RuntimeError) {
    try check(clinux_personality(persona), "personality")
  }

  /// Changes the working directory.
  ///
  /// The corresponding call is chdir(2).
  package static func changeDirectory(_ path: String) throws(RuntimeError) {
    try check(negatedErrno(unsafe chdir(path)), "chdir", path)
  }

  /// Changes the working directory to an open one.
  ///
  /// The corresponding call is fchdir(2).
  package static func changeDirectory(to directory: borrowing Descriptor) throws(RuntimeError) {
    try check(negatedErrno(fchdir(directory.number)), "fchdir")
  }

  /// Changes the root directory.
  ///
  /// The corresponding call is chroot(2).
  package static func changeRoot(_ path: String) throws(RuntimeError) {
    try check(negatedErrno(unsafe chroot(path)), "chroot", path)
  }

  /// The working directory, as the kernel names it.
  ///
  /// - Throws: `RuntimeError`; `ENOENT` when it is not below the root directory.
  ///
  /// The corresponding call is getcwd(2).
  package static func workingDirectory() throws(RuntimeError) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let found = unsafe buffer.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return Int32(-EINVAL) }
      return unsafe getcwd(base, bytes.count) == nil ? negatedErrno(Int32(-1)) : 0
    }
    try check(found, "getcwd")
    let path = String(
      decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // The system call answers "(unreachable)/…" outside the root; glibc may too.
    if !path.hasPrefix("/") { throw RuntimeError(call: "getcwd", errno: ENOENT, subject: path) }
    return path
  }

  /// Joins a session keyring that is new and empty, whatever names others have
  /// given to theirs; a kernel without keyrings has none to leave.
  ///
  /// The corresponding call is keyctl(2) with `KEYCTL_JOIN_SESSION_KEYRING`.
  package static func joinSessionKeyring() throws(RuntimeError) {
    let joined = clinux_join_session_keyring()
    if joined == -ENOSYS { return }
    try check(joined, "keyctl KEYCTL_JOIN_SESSION_KEYRING")
  }

  /// Sets the host name of the UTS namespace.
  ///
  /// The corresponding call is sethostname(2).
  package static func setHostname(_ name: String) throws(RuntimeError) {
    try check(negatedErrno(unsafe sethostname(name, name.utf8.count)), "sethostname", name)
  }

  /// Sets the NIS domain name of the UTS namespace.
  ///
  /// The corresponding call is setdomainname(2).
  package static func setDomainname(_ name: String) throws(RuntimeError) {
    try check(negatedErrno(unsafe setdomainname(name, name.utf8.count)), "setdomainname", name)
  }

  /// Sets the I/O scheduling class (1 to 3) and priority (0 to 7).
  ///
  /// The corresponding call is ioprio_set(2).
  package static func setIOPriority(class ioClass: Int32, priority: Int32) throws(RuntimeError) {
    try check(clinux_ioprio_set(1, 0, ioClass << 13 | priority), "ioprio_set")
  }

  /// Sets the NUMA memory policy; `nodes` are node numbers.
  ///
  /// The corresponding call is set_mempolicy(2).
  package static func setMemoryPolicy(mode: Int32, nodes: [Int]) throws(RuntimeError) {
    var mask = [UInt](repeating: 0, count: 16)
    for node in nodes where node >= 0 && node < 1024 { mask[node / 64] |= 1 << UInt(node % 64) }
    try check(
      unsafe clinux_set_mempolicy(mode, nodes.isEmpty ? nil : mask, nodes.isEmpty ? 0 : 1024),
      "set_mempolicy")
  }

  /// Lets this process run on the given CPUs only.
  ///
  /// The corresponding call is sched_setaffinity(2).
  package static func setAffinity(_ cpus: [Int]) throws(RuntimeError) {
    var mask = [UInt8](repeating: 0, count: 128)
    for cpu in cpus where cpu >= 0 && cpu < 1024 { mask[cpu / 8] |= 1 << UInt8(cpu % 8) }
    try check(unsafe clinux_sched_setaffinity(0, mask.count, mask), "sched_setaffinity")
  }

  /// Lets this process run on every CPU that its cgroup has.
  ///
  /// The corresponding call is sched_setaffinity(2).
  package static func resetAffinity() throws(RuntimeError) {
    let mask = [UInt8](repeating: 0xff, count: 1024)
    try check(unsafe clinux_sched_setaffinity(0, mask.count, mask), "sched_setaffinity")
  }

  /// The parameters of sched_setattr(2).
  package struct Scheduling {
    /// `SCHED_*`.
    package var policy: UInt32
    /// `SCHED_FLAG_*`.
    package var flags: UInt64
    /// Niceness, for the time-sharing policies.
    package var nice: Int32
    /// Priority, for the real-time policies.
    package var priority: UInt32
    /// Runtime in nanoseconds, for the deadline policy.
    package var runtime: UInt64
    /// Deadline in nanoseconds.
    package var deadline: UInt64
    /// Period in nanoseconds.
    package var period: UInt64

    /// Collects the parameters.
    package init(
      policy: UInt32, flags: UInt64, nice: Int32, priority: UInt32, runtime: UInt64,
      deadline: UInt64, period: UInt64
    ) {
      self.policy = policy
      self.flags = flags
      self.nice = nice
      self.priority = priority
      self.runtime = runtime
      self.deadline = deadline
      self.period = period
    }
  }

  /// Sets scheduling policy and parameters, of another process with `pid`.
  ///
  /// The corresponding call is sched_setattr(2).
  package static func setScheduling(
    _ scheduling: Scheduling, of pid: Int32 = 0
  ) throws(RuntimeError) {
    // struct sched_attr, first version: 48 bytes.
    var attributes: (UInt32, UInt32, UInt64, Int32, UInt32, UInt64, UInt64, UInt64) = (
      48, scheduling.policy, scheduling.flags, scheduling.nice, scheduling.priority,
      scheduling.runtime, scheduling.deadline, scheduling.period
    )
    try check(
      unsafe withUnsafeMutablePointer(to: &attributes) { unsafe clinux_sched_setattr(pid, $0) },
      "sched_setattr")
  }

  /// Marks every descriptor from `first` on close-on-exec.
  ///
  /// The corresponding call is close_range(2) with `CLOSE_RANGE_CLOEXEC`.
  package static func setCloseOnExec(from first: Int32) throws(RuntimeError) {
    try check(clinux_close_range(UInt32(first), ~0, 4), "close_range")
  }

  /// Closes every descriptor but the given ones, and, unless the streams are
  /// closed, too, but the three standard streams.
  ///
  /// It closes by number, whoever owns a descriptor in this process: no owner
  /// may let go of one after that.
  ///
  /// The corresponding call is close_range(2).
  package static func closeAll(
    except kept: [Shared<Descriptor>], passingOn passed: [DescriptorNumber] = [],
    andStreams: Bool = false
  ) throws(RuntimeError) {
    var next: UInt32 = andStreams ? 0 : UInt32(StandardStream.error.rawValue + 1)
    for number in (kept.map { $0.value.number } + passed.map { $0.value }).sorted() {
      guard let number = UInt32(exactly: number), number >= next else { continue }
      if number > next { try check(clinux_close_range(next, number - 1, 0), "close_range") }
      next = number + 1
    }
    try check(clinux_close_range(next, ~0, 0), "close_range")
  }

  /// Makes a descriptor a standard stream, too, which an exec leaves open.
  ///
  /// The corresponding call is dup3(2).
  package static func place(
    _ descriptor: borrowing Descriptor, as stream: StandardStream
  ) throws(RuntimeError) {
    let (number, wanted) = (descriptor.number, stream.rawValue)
    if number == wanted {
      try check(clinux_fcntl(number, F_SETFD, 0), "fcntl")
    } else {
      try check(clinux_dup3(number, wanted, 0), "dup3")
    }
  }

  /// Changes the owner of an open file, not its group.
  ///
  /// The corresponding call is fchown(2).
  package static func changeOwner(
    of file: borrowing Descriptor, to uid: UInt32
  ) throws(RuntimeError) {
    try check(negatedErrno(fchown(file.number, uid, ~0)), "fchown")
  }

  /// Overwrites the environment and the command line, so that
  /// `/proc/PID/environ` does not show the one to whoever may look into this
  /// process, nor `/proc/PID/cmdline` the other to everybody.
  package static func forgetCaller() { cstart_forget_caller() }

  /// The value of a variable of the environment that the caller gave this
  /// process.
  ///
  /// Nobody else reads that environment: libraries find an empty one, and
  /// programs are executed with one of their own, unless they are the caller's.
  package static func environmentValue(_ name: String) -> String? {
    guard let value = unsafe cstart_variable(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// The whole environment that the caller gave this process, for what it has
  /// executed as if the caller did it.
  package static var environment: [String] {
    var entries: [String] = []
    guard var entry = unsafe cstart_environment() else { return entries }
    while let text = unsafe entry.pointee {
      entries.append(unsafe String(cString: text))
      unsafe entry += 1
    }
    return entries
  }

  /// Has C libraries take another user for the one of this process while a body
  /// runs.
  ///
  /// In a user namespace that is what those want who look from outside.
  package static func shown<T, E: Error>(
    as user: UInt32, _ body: () throws(E) -> T
  ) throws(E) -> T {
    cstart_show_user(Int64(user))
    defer { cstart_show_user(-1) }
    return try body()
  }

  /// Whether a container may see this process: what it executes must be out of
  /// reach (CVE-2019-5736).
  package static var mayEnterContainers: Bool { cstart_may_enter() }
}
