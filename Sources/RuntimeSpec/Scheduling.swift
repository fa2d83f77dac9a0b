// SPDX-License-Identifier: Apache-2.0

package import JSON

/// How the kernel schedules a process, as sched_setattr(2) takes it.
package struct Scheduler: Equatable, Sendable {
  /// The policy.
  package var policy: LinuxSchedulerPolicy
  /// The nice value, for the policies that have one.
  package var nice: Int32
  /// The static priority, for the real-time policies.
  package var priority: Int32
  /// Flags of the call.
  package var flags: [LinuxSchedulerFlag]
  /// Nanoseconds of CPU time a period, for `SCHED_DEADLINE`.
  package var runtime: UInt64
  /// Nanoseconds until the work must be done, for `SCHED_DEADLINE`.
  package var deadline: UInt64
  /// Nanoseconds of a period, for `SCHED_DEADLINE`.
  package var period: UInt64

  /// Makes scheduling attributes from their parts.
  package init(
    policy: LinuxSchedulerPolicy, nice: Int32 = 0, priority: Int32 = 0,
    flags: [LinuxSchedulerFlag] = [], runtime: UInt64 = 0, deadline: UInt64 = 0,
    period: UInt64 = 0
  ) {
    self.policy = policy
    self.nice = nice
    self.priority = priority
    self.flags = flags
    self.runtime = runtime
    self.deadline = deadline
    self.period = period
  }
}

extension Scheduler: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    policy = try json.requiredWord("policy")
    nice = try json.integer("nice") ?? 0
    priority = try json.integer("priority") ?? 0
    flags = try json.words("flags") ?? []
    runtime = try json.integer("runtime") ?? 0
    deadline = try json.integer("deadline") ?? 0
    period = try json.integer("period") ?? 0
  }
}

/// The scheduling policies.
package enum LinuxSchedulerPolicy: String, CaseIterable, Sendable {
  case other = "SCHED_OTHER"
  case fifo = "SCHED_FIFO"
  case rr = "SCHED_RR"
  case batch = "SCHED_BATCH"
  case iso = "SCHED_ISO"
  case idle = "SCHED_IDLE"
  case deadline = "SCHED_DEADLINE"
}

/// The flags of sched_setattr(2).
package enum LinuxSchedulerFlag: String, CaseIterable, Sendable {
  case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
  case reclaim = "SCHED_FLAG_RECLAIM"
  case dlOverrun = "SCHED_FLAG_DL_OVERRUN"
  case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
  case keepParams = "SCHED_FLAG_KEEP_PARAMS"
  case utilClampMin = "SCHED_FLAG_UTIL_CLAMP_MIN"
  case utilClampMax = "SCHED_FLAG_UTIL_CLAMP_MAX"
}

/// The input and output priority of a process, as ioprio_set(2) takes it.
package struct LinuxIOPriority: Equatable, Sendable {
  /// The scheduling class.
  package var `class`: IOPriorityClass
  /// The level in the class, 0 (highest) to 7.
  package var priority: Int

  /// Makes a priority from its parts.
  package init(class: IOPriorityClass, priority: Int = 0) {
    self.class = `class`
    self.priority = priority
  }
}

extension LinuxIOPriority: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    `class` = try json.requiredWord("class")
    priority = try json.integer("priority") ?? 0
  }
}

/// The classes of ioprio_set(2).
package enum IOPriorityClass: String, CaseIterable, Sendable {
  case rt = "IOPRIO_CLASS_RT"
  case be = "IOPRIO_CLASS_BE"
  case idle = "IOPRIO_CLASS_IDLE"
}

/// The CPUs of an `exec` process, as lists such as `0-3,7`.
package struct CPUAffinity: Equatable, Sendable {
  /// Before it joins the container's cgroup.
  package var initial: String?
  /// After it has joined.
  package var final: String?

  /// Makes an affinity from its parts.
  package init(initial: String? = nil, final: String? = nil) {
    self.initial = initial
    self.final = final
  }
}

extension CPUAffinity: JSONDecodable {
  package init(json: JSONNode) throws(SpecError) {
    initial = try json.nonEmptyString("initial")
    final = try json.nonEmptyString("final")
  }
}
