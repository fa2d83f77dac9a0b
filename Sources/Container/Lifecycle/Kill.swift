// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Glibc
package import Kernel

extension Lifecycle {
  /// Sends a signal to a container's first process, or with `all` to every one
  /// of its processes.
  ///
  /// SIGKILL ends all of them in any case: those in a PID namespace that was
  /// made for the container end with the first, those in one that it shares
  /// with others, or with the host, are found through its cgroup.
  ///
  /// - Throws: `RuntimeError` of kind `wrongState` when no process is left; with
  ///   `all` that is no error.
  package static func kill(
    _ id: String, _ signal: Int32, all: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) {
    let directory = try StateStore(root: context.root).open(id)
    let record = try directory.requireRecord(of: id)
    let process = try record.initProcess?.open()
    if all || (signal == SIGKILL && !record.namespaces.made.contains(.pid)),
      let cgroup = try record.cgroup?.open(context)
    {
      if process == nil, !all, try !cgroup.value.isPopulated() { throw RuntimeError.notRunning }
      // All but SIGKILL are sent while the processes stand still, and whoever
      // pauses or resumes them meanwhile would be undone.
      let lock = signal == SIGKILL ? nil : try directory.lockFreezer(id)
      defer { withExtendedLifetime(lock) {} }
      return try signalAll(signal, record, process, cgroup.value)
    }
    if let process { return try send(signal, to: process.value) }
    if !all { throw RuntimeError.notRunning }
  }

  private static func send(_ signal: Int32, to process: borrowing Descriptor) throws(RuntimeError) {
    do {
      try Processes.signal(process, signal)
    } catch {
      if error.errno != ESRCH { throw error }
      throw RuntimeError.notRunning
    }
  }

  /// Sends a signal to all that is in the container's cgroup, and to its first
  /// process, which may have left that.
  private static func signalAll(
    _ signal: Int32, _ record: ContainerRecord, _ process: Shared<Descriptor>?,
    _ cgroup: borrowing Cgroup
  ) throws(RuntimeError) {
    var reached: [Int32] = []
    if signal == SIGKILL {
      try cgroup.kill()
    } else {
      reached = try cgroup.signal(signal, until: patience)
    }
    guard let process, let pid = record.initProcess?.pid, !reached.contains(pid) else { return }
    do {
      try Processes.signal(process.value, signal)
    } catch {
      // It has ended with the others.
      if error.errno != ESRCH { throw error }
    }
  }
}
