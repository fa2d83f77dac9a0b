// SPDX-License-Identifier: Apache-2.0

package import JSON

extension Process {
  /// Checks the process, of a container or of `exec`.
  package func validate(at path: DocumentPath) throws(SpecError) {
    guard let program = args.first else { throw path["args"].error("no program to run") }
    if program.isEmpty { throw path["args"][0].error("empty") }
    try requireAbsolute(cwd, at: path["cwd"])
    for (index, entry) in env.enumerated() {
      if entry.utf8.first == UInt8(ascii: "=") || !entry.utf8.contains(UInt8(ascii: "=")) {
        // The entry may be a secret, and is not shown.
        throw path["env"][index].error("not of the form NAME=value")
      }
    }
    try user.validateIDs(at: path["user"])
    try require(user.umask, in: 0...0o777, at: path["user"]["umask"])
    try require(oomScoreAdj, in: -1000...1000, at: path["oomScoreAdj"])
    try validateRlimits(at: path["rlimits"])
    try scheduler?.validate(at: path["scheduler"])
    try require(ioPriority?.priority, in: 0...7, at: path["ioPriority"]["priority"])
    try NumberList.validate(
      execCPUAffinity?.initial, at: path["execCPUAffinity"]["initial"])
    try NumberList.validate(execCPUAffinity?.final, at: path["execCPUAffinity"]["final"])
  }

  private func validateRlimits(at path: DocumentPath) throws(SpecError) {
    for (index, limit) in rlimits.enumerated() {
      if rlimits[..<index].contains(where: { $0.type == limit.type }) {
        throw path[index]["type"].error("\(limit.type.rawValue) appears twice")
      }
      if limit.soft > limit.hard {
        throw path[index]["soft"].error("\(limit.soft) is more than the hard limit \(limit.hard)")
      }
    }
  }
}

extension User {
  /// Refuses the ID that setresuid(2) and its like take for "leave it alone":
  /// the process would go on as root.
  fileprivate func validateIDs(at path: DocumentPath) throws(SpecError) {
    let unchanged = UInt32.max
    for (key, id) in [("uid", uid), ("gid", gid)] where id == unchanged {
      throw path[key].error("\(id) is no ID")
    }
    for (index, id) in additionalGids.enumerated() where id == unchanged {
      throw path["additionalGids"][index].error("\(id) is no ID")
    }
  }
}

extension Scheduler {
  /// Checks that the attributes are those that the policy has.
  package func validate(at path: DocumentPath) throws(SpecError) {
    // Where a policy has no use for it, it is what counts should the process
    // ever change to one that has.
    try require(nice, in: -20...19, at: path["nice"])
    switch policy {
    case .fifo, .rr: try require(priority, in: 1...99, at: path["priority"])
    default:
      if priority != 0 {
        throw path["priority"].error("\(priority) has no meaning for \(policy.rawValue)")
      }
    }
    guard policy == .deadline else {
      for (key, value) in [("runtime", runtime), ("deadline", deadline), ("period", period)]
      where value != 0 {
        throw path[key].error("\(value) has no meaning for \(policy.rawValue)")
      }
      return
    }
    for (key, value) in [("runtime", runtime), ("deadline", deadline)] where value == 0 {
      throw path[key].error("required for \(policy.rawValue)")
    }
    if runtime > deadline {
      throw path["runtime"].error("\(runtime) is more than the deadline \(deadline)")
    }
    if period != 0, deadline > period {
      throw path["deadline"].error("\(deadline) is more than the period \(period)")
    }
  }
}
