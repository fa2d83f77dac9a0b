// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import Kernel

/// A container's ID, taken: its state directory, locked, and the record of what
/// is made, which is written before it is made.
final class Reservation {
  /// What is recorded; `write` keeps a change.
  var record: ContainerRecord
  private let context: RuntimeContext
  private let directory: StateDirectory

  /// Takes the ID of a record, clearing what a `create` that was killed has left
  /// of the same, and records what will be made.
  ///
  /// With the record, whoever finds it may clear the place of its cgroup: that is
  /// looked at before.
  init(
    _ record: ContainerRecord, _ cgroup: PlannedCgroup?, _ context: RuntimeContext
  ) throws(RuntimeError) {
    try Self.removeLeftovers(record.id, context)
    self.record = record
    self.context = context
    directory = try StateStore(root: context.root, rootMode: context.rootMode).reserve(record.id)
    let entry = PodEntry(record, root: context.root)
    do {
      self.record.cgroup = try cgroup?.look(
        for: CgroupHolder(directory: directory.path, created: record.created))
      try entry?.make()
      try directory.write(self.record)
    } catch {
      // Nothing but the directory and the entry is there.
      try? directory.remove(with: entry)
      throw error
    }
  }

  private static func removeLeftovers(
    _ id: String, _ context: RuntimeContext
  ) throws(RuntimeError) {
    guard let directory = try? StateStore(root: context.root).open(id) else { return }
    // Whoever holds the lock is alive and at work.
    guard try directory.tryLock(), try !directory.isGone() else { return }
    guard let record = try directory.read() else {
      return try Removal.removeDirectory(directory)
    }
    guard let creator = record.creator, !creator.isAlive else { return }
    try Removal(record, context).run(directory)
  }

  /// Closes, in a child, the descriptor that holds the lock, which would outlive
  /// the runtime in a copy of it.
  func letGoInChild() { directory.descriptor.closeInCopy() }

  /// Keeps the record as it is now.
  func write() throws(RuntimeError) {
    do {
      try directory.write(record)
    } catch {
      throw error.adding("write the state")
    }
  }

  /// Keeps that the cgroup is there, and then limits it.
  func confirm(_ cgroup: borrowing Cgroup, _ planned: PlannedCgroup) throws(RuntimeError) {
    record.cgroup = record.cgroup?.confirmed(cgroup)
    // Before anything of the container runs in it: whoever finds the record may
    // kill what does.
    try write()
    try planned.apply(to: cgroup)
  }

  /// Keeps the configuration.
  func keep(configuration bytes: [UInt8]) throws(RuntimeError) {
    do {
      try directory.writeConfig(bytes)
    } catch {
      throw error.adding("keep the configuration")
    }
  }

  /// Makes the gate at which the container waits to be started.
  func makeGate() throws(RuntimeError) -> Shared<Descriptor> {
    Shared(try StartGate.make(in: directory.descriptor))
  }

  /// Makes the container known as one that is there: until then the record names
  /// the creator, and when that is killed, what it has made is nobody's.
  func complete() throws(RuntimeError) {
    record.creator = nil
    try write()
  }

  /// Lets go of the lock.
  func release() { directory.unlock() }

  /// Removes everything that the record tells of, and gives the ID back.
  func undo() {
    record.creator = nil
    do {
      try Removal(record, context).run(directory)
    } catch {
      context.warn("\(error.adding("clean up"))")
    }
  }
}
