// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel

/// Bind mounts.
extension Mounter {
  /// Mounts a copy of what is at the source.
  func bind(
    _ planned: PlannedMount, _ tree: Shared<Descriptor>, isDirectory: Bool,
    in root: borrowing RootDirectory
  ) throws(RuntimeError) {
    let showsProc = try MountTree.filesystem(of: tree.value).magic == MountTree.procfsMagic
    if planned.destination == "/proc", !showsProc {
      throw RuntimeError(.invalidSpec, "only procfs may be mounted on /proc")
    }
    let target = try bindTarget(planned, isDirectory: isDirectory, in: root)
    try check(target, of: planned, in: root, showsProc: showsProc)
    try setAttributes(planned.options, of: tree.value, exactly: false)
    try MountTree.attach(tree.value, onto: target)
    planned.keep(tree)
  }

  /// Gives a bind mount the attributes that the option words name.
  ///
  /// As soon as one of `ro`, `nosuid`, `nodev`, `noexec` or their opposites is
  /// among them, or `exactly` says so, it has exactly those that are named; else
  /// it keeps what the source has. How access times are kept changes only when it
  /// is named.
  func setAttributes(
    _ options: MountOptions, of mount: borrowing Descriptor, exactly: Bool
  ) throws(RuntimeError) {
    let change = options.attributes
    var clear = change.clear
    if exactly || change.namesRestrictions {
      clear.formUnion(MountAttributes.restrictions.subtracting(change.set))
    }
    if !change.set.isEmpty || !clear.isEmpty {
      do {
        try MountTree.setAttributes(mount, set: change.set, clear: clear)
      } catch {
        if error.errno != EPERM { throw error }
        try setWhatIsNotLocked(change, clear, of: mount)
      }
    }
    let below = options.recursiveAttributes
    if !below.isEmpty {
      try MountTree.setAttributes(
        mount, set: below.set, clear: below.clear, recursive: true,
        subject: AttributeChange.wordsToClear(below.clear, prefix: "r"))
    }
    for change in options.propagation { try change.apply(to: mount) }
  }

  /// Leaves the attributes that a user namespace has locked as they are, unless
  /// one is to be cleared by name.
  private func setWhatIsNotLocked(
    _ change: AttributeChange, _ clear: MountAttributes, of mount: borrowing Descriptor
  ) throws(RuntimeError) {
    let flags = try MountTree.filesystem(of: mount).flags
    // Those four have the same bits everywhere.
    let present = MountAttributes(rawValue: UInt64(flags.rawValue)).intersection(.restrictions)
    let refused = AttributeChange.wordsToClear(change.clear.intersection(present))
    if !refused.isEmpty {
      throw RuntimeError(
        .failed, "\(refused) is not possible: the source has the opposite, and it is locked")
    }
    do {
      try MountTree.setAttributes(mount, set: change.set, clear: clear.subtracting(present))
    } catch {
      if error.errno != EPERM { throw error }
      throw RuntimeError(.failed, "how the source keeps access times is locked")
    }
  }
}
