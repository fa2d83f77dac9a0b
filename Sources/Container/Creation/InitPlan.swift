// SPDX-License-Identifier: Apache-2.0

internal import Kernel
internal import RuntimeSpec

/// Everything that the container's first process needs, opened and decided by
/// the runtime before it is cloned.
final class InitPlan {
  /// The bundle.
  let bundle: Bundle
  /// The namespaces.
  let namespaces: NamespacePlan
  /// The root file system and the mounts, opened.
  let mounts: MountPlan
  /// What `cgroup` mounts show, decided once it is known whether the container has
  /// a cgroup.
  var cgroups: Mounter.CgroupView?
  /// The process configuration and its filter; nil when the container only
  /// exists to be deleted again.
  let setup: ProcessSetup?
  /// The socket that takes the terminal's main side.
  let consoleSocket: Shared<Descriptor>?
  /// The start gate; nil when the program is executed as soon as all is ready.
  let gate: Shared<Descriptor>?
  /// The host's procfs.
  let proc: Shared<Procfs>
  /// Hooks to run in the container, and what they are told.
  let hooks: HookRunner
  /// The options of the command.
  let options: CreateOptions
  /// Whether the runtime is root, of the host or of the caller's user namespace,
  /// and so can look into whatever process it likes, hidden or not.
  let isPrivileged = Processes.effectiveUser == 0
  /// What of the container there is on disk, locked by the runtime.
  let reservation: Reservation

  init(
    bundle: Bundle, namespaces: NamespacePlan, mounts: MountPlan,
    setup: ProcessSetup?, consoleSocket: Shared<Descriptor>?, gate: Shared<Descriptor>?,
    proc: Shared<Procfs>, hooks: HookRunner, options: CreateOptions, reservation: Reservation
  ) {
    self.bundle = bundle
    self.namespaces = namespaces
    self.mounts = mounts
    self.setup = setup
    self.consoleSocket = consoleSocket
    self.gate = gate
    self.proc = proc
    self.hooks = hooks
    self.options = options
    self.reservation = reservation
  }

  /// The configuration.
  var spec: Spec { bundle.spec }

  /// Whether the container has a mount table of its own.
  var ownsMounts: Bool { namespaces.made.contains(.mount) }

  /// Whether the runtime has hooks to run once the namespaces are made.
  var hasRuntimeHooks: Bool {
    !spec.hooks.prestart.isEmpty || !spec.hooks.createRuntime.isEmpty || hasOutsideHooks
  }

  /// Whether createContainer hooks are the runtime's to run: see `OutsideHooks`.
  ///
  /// A user without privileges may not enter the namespaces of a process that
  /// hides.
  var hasOutsideHooks: Bool {
    !spec.hooks.createContainer.isEmpty && namespaces.joined(.pid) != nil
      && isPrivileged
  }
}
