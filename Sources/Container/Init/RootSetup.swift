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
    let setup = try step("root.path") { () throws(RuntimeError) in
      RootSetup(plan, channel, try RootDirectory(tree.value.duplicate()))
    }
    try step("set up the root file system") { () throws(RuntimeError) in try setup.attachRoot() }
    try step("set up mounts") { () throws(RuntimeError) in try setup.mountAll() }
    try step("set up devices") { () throws(RuntimeError) in try setup.makeDevices() }
    // The hooks see the mounts, but the host's paths are still there.
    try step("run hooks") { () throws(RuntimeError) in try setup.runHooks() }
    try step("set up the terminal") { () throws(RuntimeError) in try setup.setUpTerminal() }
    try step("make the working directory") { () throws(RuntimeError) in
      try setup.makeWorkingDirectory()
    }
    // After everything that is made in the root or that the hooks add to it.
    try step("hide paths") { () throws(RuntimeError) in try setup.hidePaths() }
    try step("change the root") { () throws(RuntimeError) in try setup.changeRoot() }
    try step("set the root's propagation") { () throws(RuntimeError) in try setup.setPropagation() }
  }

  private func attachRoot() throws(RuntimeError) {
    if plan.ownsMounts { namespaceRoot = try NamespaceRoot() }
    do {
      // Where hooks look for it.
      try attachRoot(onto: plan.bundle.rootfs)
    } catch {
      // A user namespace may have no way there, but always one to the root.
      guard error.errno == EACCES, plan.ownsMounts, !plan.options.noPivot else { throw error }
      try attachRoot(onto: "/")
    }
  }

  private func attachRoot(onto path: String) throws(RuntimeError) {
    let target = try File.open(path, [.path, .directory])
    try MountTree.attach(root.descriptor, onto: target, subject: path)
  }

  private func mountAll() throws(RuntimeError) {
    var mounter = Mounter(
      cgroups: plan.cgroups, mountLabel: plan.spec.linux?.mountLabel,
      userNamespace: plan.namespaces.userNamespace, channel: channel)
    for planned in plan.mounts.mounts { try mounter.mount(planned, in: root) }
  }

  private func makeDevices() throws(RuntimeError) {
    try Devices(plan: plan.mounts, bind: plan.namespaces.hasUser).make(for: plan.spec, in: root)
  }

  private func runHooks() throws(RuntimeError) {
    if plan.hasRuntimeHooks {
      try channel.send(.hooks)
      try channel.waitForGo()
    }
    if plan.hasOutsideHooks { return }
    try plan.hooks.run(
      plan.spec.hooks.createContainer, .createContainer, status: .creating, pid: Processes.own)
  }

  private func setUpTerminal() throws(RuntimeError) {
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
      throw error.adding("enter working directory \(path)")
    }
  }

  private func hidePaths() throws(RuntimeError) {
    let linux = plan.spec.linux
    try HiddenPaths.protect(linux?.readonlyPaths ?? [], in: root)
    try HiddenPaths.mask(linux?.maskedPaths ?? [], in: root)
    for planned in plan.mounts.mounts { try planned.protect() }
    if plan.spec.root?.readonly == true {
      try MountTree.setAttributes(root.descriptor, set: .readOnly)
    }
  }

  private func changeRoot() throws(RuntimeError) {
    try namespaceRoot?.enter()
    if !plan.ownsMounts {
      try RootSwitch.change(to: root)
    } else if plan.options.noPivot {
      try RootSwitch.move(to: root)
    } else {
      try RootSwitch.pivot(to: root)
    }
  }

  private func setPropagation() throws(RuntimeError) {
    guard plan.ownsMounts, let wanted = plan.spec.linux?.rootfsPropagation,
      let change = Propagation(wanted.rawValue)
    else { return }
    try Mounts.mount(
      on: "/", change.recursive ? [change.kind, .recursive] : change.kind)
  }
}
