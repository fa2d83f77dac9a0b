// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Kernel
internal import RuntimeSpec

/// The middle of a container's first process: its file systems, up to the
/// change of the root.
final class RootSetup {
  private let plan: InitPlan
  private let channel: SyncChannel
  private let root: RootDirectory
  /// Where the container's root goes; nil in a mount namespace of others.
  private var namespaceRoot: NamespaceRoot?

  private init(_ plan: InitPlan, _ channel: SyncChannel, _ root: consuming RootDirectory) {
    self.plan = plan
    self.channel = channel
    self.root = root
  }

  /// Takes the steps in their order.
  static func run(
    _ plan: InitPlan, _ channel: SyncChannel, root tree: Shared<Descriptor>
  ) throws(RuntimeError) {
    let setup = try step("root.path") {
      RootSetup(plan, channel, try RootDirectory(tree.value.duplicate()))
    }
    try step("set up the root file system") { try setup.attachRoot() }
    try step("set up mounts") { try setup.mountAll() }
    try step("set up devices") { try setup.makeDevices() }
    // The hooks see the mounts, but the host's paths are still there.
    try step("run hooks") { try setup.runHooks() }
    try step("set up the terminal") { try setup.setUpTerminal() }
    try step("make the working directory") { try setup.makeWorkingDirectory() }
    // After everything that is made in the root or that the hooks add to it.
    try step("hide paths") { try setup.hidePaths() }
    try step("change the root") { try setup.changeRoot() }
    try step("set the root's propagation") { try setup.setPropagation() }
  }

  private func attachRoot() throws {
    if plan.ownsMounts { namespaceRoot = try NamespaceRoot() }
    do {
      // Where hooks look for it.
      try attachRoot(onto: plan.bundle.rootfs)
    } catch let error as SystemError {
      // A user namespace may have no way there, but always one to the root.
      guard error.errno == EACCES, plan.ownsMounts, !plan.options.noPivot else { throw error }
      try attachRoot(onto: "/")
    }
  }

  private func attachRoot(onto path: String) throws {
    let target = try File.open(path, [.path, .directory])
    try MountTree.attach(root.descriptor, onto: target, subject: path)
  }

  private func mountAll() throws {
    var mounter = Mounter(
      cgroups: plan.cgroups, mountLabel: plan.spec.linux?.mountLabel,
      userNamespace: plan.namespaces.userNamespace, channel: channel)
    for planned in plan.mounts.mounts { try mounter.mount(planned, in: root) }
  }

  private func makeDevices() throws {
    try Devices(plan: plan.mounts, bind: plan.namespaces.hasUser).make(for: plan.spec, in: root)
  }

  private func runHooks() throws {
    if plan.hasRuntimeHooks {
      try channel.send(.hooks)
      try channel.waitForGo()
    }
    if plan.hasOutsideHooks { return }
    try plan.hooks.run(
      plan.spec.hooks.createContainer, .createContainer, status: .creating, pid: Processes.own)
  }

  private func setUpTerminal() throws {
    guard let process = plan.spec.process, process.terminal else { return }
    try Console.setUp(
      process, in: root, bindConsole: true, socket: plan.consoleSocket, channel: channel)
    // Else it is the successor that leads a session.
    if plan.namespaces.joined(.pid) == nil { try Console.makeControlling() }
  }

  private func makeWorkingDirectory() throws(RuntimeError) {
    guard let path = plan.spec.process?.cwd else { return }
    do {
      _ = try SafePath.makeDirectories(path, in: root.descriptor)
    } catch  where error.errno == EACCES {
      // Perhaps only the user may enter it.
    } catch {
      throw RuntimeError(error, "enter working directory \(path)")
    }
  }

  private func hidePaths() throws {
    let linux = plan.spec.linux
    try HiddenPaths.protect(linux?.readonlyPaths ?? [], in: root)
    try HiddenPaths.mask(linux?.maskedPaths ?? [], in: root)
    for planned in plan.mounts.mounts { try planned.protect() }
    if plan.spec.root?.readonly == true {
      try MountTree.setAttributes(root.descriptor, set: .readOnly)
    }
  }

  private func changeRoot() throws {
    try namespaceRoot?.enter()
    if !plan.ownsMounts {
      try RootSwitch.change(to: root)
    } else if plan.options.noPivot {
      try RootSwitch.move(to: root)
    } else {
      try RootSwitch.pivot(to: root)
    }
  }

  private func setPropagation() throws {
    guard plan.ownsMounts, let wanted = plan.spec.linux?.rootfsPropagation,
      let change = Propagation(wanted.rawValue)
    else { return }
    try Mounts.mount(
      on: "/", change.recursive ? [change.kind, .recursive] : change.kind)
  }
}
