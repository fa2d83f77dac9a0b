// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Kernel
internal import RuntimeSpec

extension Scheduler {
  /// Whether a child has another scheduling than its parent: none inherits a
  /// deadline, nor what its parent is told to keep to itself.
  var endsWithClone: Bool { policy == .deadline || flags.contains(.resetOnFork) }

  /// The same for sched_setattr(2).
  var parameters: OwnProcess.Scheduling {
    OwnProcess.Scheduling(
      policy: policy.number, flags: flags.reduce(0) { $0 | $1.bit }, nice: nice,
      priority: UInt32(clamping: priority), runtime: runtime, deadline: deadline, period: period)
  }
}

extension LinuxSchedulerPolicy {
  fileprivate var number: UInt32 {
    switch self {
    case .other: 0
    case .fifo: 1
    case .rr: 2
    case .batch: 3
    case .iso: 4
    case .idle: 5
    case .deadline: 6
    }
  }
}

extension LinuxSchedulerFlag {
  fileprivate var bit: UInt64 {
    switch self {
    case .resetOnFork: 0x01
    case .reclaim: 0x02
    case .dlOverrun: 0x04
    case .keepPolicy: 0x08
    case .keepParams: 0x10
    case .utilClampMin: 0x20
    case .utilClampMax: 0x40
    }
  }
}

extension IOPriorityClass {
  /// The class's number for ioprio_set(2).
  var number: Int32 {
    switch self {
    case .rt: 1
    case .be: 2
    case .idle: 3
    }
  }
}

extension LinuxMemoryPolicy {
  /// Mode and flags as set_mempolicy(2) takes them.
  var number: Int32 {
    let base: Int32 =
      switch mode {
      case .default: 0
      case .preferred: 1
      case .bind: 2
      case .interleave: 3
      case .local: 4
      case .preferredMany: 5
      case .weightedInterleave: 6
      }
    return flags.reduce(base) {
      switch $1 {
      case .staticNodes: $0 | 1 << 15
      case .relativeNodes: $0 | 1 << 14
      case .numaBalancing: $0 | 1 << 13
      }
    }
  }
}

extension NumberList {
  /// The numbers of a list as a bit mask takes them; `property` names it in
  /// errors.
  static func numbers(_ text: String, _ property: String) throws(RuntimeError) -> [Int] {
    if text.isEmpty { return [] }
    guard let list = NumberList(text), !list.ranges.contains(where: { $0.upperBound > 1023 })
    else {
      throw RuntimeError(.invalidSpec, "\(property): \(text.quoted) is not a list such as 0-3,7")
    }
    return list.ranges.flatMap { $0.map(Int.init) }
  }
}
