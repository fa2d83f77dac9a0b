// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The beginning of a container's first process: into its namespaces, and what
/// belongs to these.
struct NamespaceSetup {
  private let plan: InitPlan
  private let channel: SyncChannel

  /// Takes the steps in their order.
  ///
  /// - Returns: a detached copy of the root file system.
  static func run(
    _ plan: InitPlan, _ channel: SyncChannel
  ) throws(RuntimeError) -> Shared<Descriptor> {
    let setup = NamespaceSetup(plan: plan, channel: channel)
    try step("wait for the runtime") { () throws(RuntimeError) in try setup.waitForRuntime() }
    // As long as the process may write its own files in procfs.
    try step("make the time namespace") { () throws(RuntimeError) in try setup.makeTimeNamespace() }
    try step("hide from others") { () throws(RuntimeError) in try setup.hide() }
    try step("join namespaces") { () throws(RuntimeError) in try setup.joinNamespaces() }
    // As the caller, who may have another way there than the container's root.
    let root = try setup.openRoot()
    try step("enter the user namespace") { () throws(RuntimeError) in
      try setup.enterUserNamespace()
    }
    try step("set up namespaces") { () throws(RuntimeError) in try setup.setUpNamespaces() }
    try step("join a session keyring") { () throws(RuntimeError) in try setup.joinKeyring() }
    try step("set sysctls") { () throws(RuntimeError) in try setup.setSysctls() }
    return root
  }

  private func waitForRuntime() throws(RuntimeError) {
    try takeStreams()
    try OwnProcess.setName(StartGate.processName)
    try OwnProcess.setParentDeathSignal(SIGKILL)
    try channel.waitForGo()
  }

  private func hide() throws(RuntimeError) {
    // Only now where the runtime has no privileges: see `Spawn.hideChildren`.
    try OwnProcess.makeUndumpable()
    try OwnProcess.startSession()
    // The caller's mask is that of an engine's unit, and not meant for it.
    try OwnProcess.resetAffinity()
  }

  /// Takes the standard streams that are meant for the container, if those of
  /// the runtime are not.
  private func takeStreams() throws(RuntimeError) {
    for (stream, file) in plan.options.streams { try OwnProcess.place(file.value, as: stream) }
  }

  /// Makes a time namespace and enters it.
  ///
  /// It counts for children only, and its clocks can be set until a process is
  /// in it; without privileges it takes those of the container's user namespace.
  private func makeTimeNamespace() throws(RuntimeError) {
    guard plan.namespaces.made.contains(.time) else { return }
    try Namespaces.unshare(.time)
    let offsets = plan.spec.linux?.timeOffsets.members ?? []
    let text = offsets.map { "\($0.key) \($0.value.secs) \($0.value.nanosecs)\n" }.joined()
    if !text.isEmpty { try plan.proc.value.write(text, to: "self/timens_offsets") }
    let made = try plan.proc.value.timeForChildren()
    try Namespaces.join(made, .time)
  }

  private func joinNamespaces() throws(RuntimeError) {
    if plan.namespaces.needsStage { return }
    for joined in plan.namespaces.joined {
      try Namespaces.join(joined.descriptor.value, joined.kind, subject: joined.path)
    }
  }

  private func openRoot() throws(RuntimeError) -> Shared<Descriptor> {
    if let root = plan.mounts.root { return root }
    return try MountPlan.openRoot(plan.bundle)
  }

  private func enterUserNamespace() throws(RuntimeError) {
    guard plan.namespaces.hasUser else { return }
    try NamespaceRootUser.become(else: plan.spec.process?.user)
    // The change of IDs resets it.
    try OwnProcess.setParentDeathSignal(SIGKILL)
  }

  private func setUpNamespaces() throws(RuntimeError) {
    // Only now: its root is the cgroup that the process is in.
    if plan.namespaces.made.contains(.cgroup) { try Namespaces.unshare(.cgroup) }
    // Whoever makes it owns its message queues, which have to be the container's.
    if plan.namespaces.hasUser, plan.namespaces.made.contains(.ipc) {
      try Namespaces.unshare(.ipc)
    }
    if plan.namespaces.made.contains(.network) { try NetworkDevices.bringLoopbackUp() }
    if let hostname = plan.spec.hostname { try OwnProcess.setHostname(hostname) }
    if let domainname = plan.spec.domainname { try OwnProcess.setDomainname(domainname) }
  }

  private func joinKeyring() throws(RuntimeError) {
    if !plan.options.noNewKeyring { try OwnProcess.joinSessionKeyring() }
  }

  private func setSysctls() throws(RuntimeError) {
    for entry in plan.spec.linux?.sysctl.members ?? [] {
      // Its name was checked with the rest of the configuration.
      guard let sysctl = Sysctl(entry.key) else { continue }
      do {
        try plan.proc.value.write(
          entry.value, to: "sys/" + sysctl.components.joined(separator: "/"))
      } catch {
        throw error.adding("\(DocumentPath.root["linux"]["sysctl"][entry.key])")
      }
    }
  }
}
