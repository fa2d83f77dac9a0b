// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
internal import Kernel

extension Lifecycle {
  /// Sends a signal to a container's first process, or with `all` to every
  /// process in its cgroup.
  package static func kill(
    _ id: String, _ signal: Int32, all: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let status = try ContainerStatus.load(id, context)
    // Without a PID namespace of its own the others would outlive the first.
    let wholeGroup = all || (signal == SIGKILL && !status.record.namespaces.made.contains(.pid))
    do {
      if wholeGroup, let cgroup = try status.record.cgroup?.open(context) {
        return try signalAll(cgroup.value, signal, mayBeEmpty: all)
      }
      if let handle = try status.record.initProcess?.open() {
        return try send(signal, to: handle.value)
      }
    } catch {
      throw RuntimeError(error)
    }
    if !all { throw notRunning }
  }

  private static var notRunning: RuntimeError {
    RuntimeError(.wrongState, "container not running")
  }

  private static func send(_ signal: Int32, to process: borrowing Descriptor) throws {
    do {
      try Processes.signal(process, signal)
    } catch {
      if error.errno != ESRCH { throw error }
      throw notRunning
    }
  }

  private static func signalAll(
    _ cgroup: borrowing Cgroup, _ signal: Int32, mayBeEmpty: Bool
  ) throws {
    if try !mayBeEmpty && !cgroup.isPopulated() { throw notRunning }
    if signal == SIGKILL { return try cgroup.kill(until: .after(milliseconds: patience)) }
    for pid in try cgroup.processes() {
      do {
        try Processes.signal(try Processes.open(pid: pid), signal)
      } catch {
        // It may have ended by itself.
        if error.errno != ESRCH { throw error }
      }
    }
  }
}
