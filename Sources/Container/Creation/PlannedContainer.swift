// SPDX-License-Identifier: Apache-2.0

internal import Cgroups
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// A container whose ID is reserved, and of which nothing else is made: all that
/// can be checked before is checked.
struct PlannedContainer {
  private let bundle: Bundle
  private let options: CreateOptions
  private let context: RuntimeContext
  /// Whether the program is executed as soon as everything is ready.
  private let executesAtOnce: Bool
  private let reservation: Reservation
  private let cgroup: PlannedCgroup?
  private let hooks: HookRunner
  private let proc: Shared<Procfs>

  /// Checks everything that can be checked before anything is made, then
  /// reserves the ID.
  init(
    _ bundle: Bundle, _ options: CreateOptions, _ context: RuntimeContext, executesAtOnce: Bool
  ) throws(RuntimeError) {
    self.bundle = bundle
    self.options = options
    self.context = context
    self.executesAtOnce = executesAtOnce
    try Unsupported.check(bundle.spec)
    try SecurityLabels.check(bundle.spec.process, mountLabel: bundle.spec.linux?.mountLabel)
    cgroup = try PlannedCgroup.plan(
      CgroupRequest(
        .container, bundle.spec.linux?.cgroupsPath, id: options.id,
        annotations: bundle.spec.annotations,
        by: options.cgroupManager ?? context.cgroupManager),
      bundle.spec.linux?.resources, context)
    hooks = HookRunner(
      id: options.id, bundle: bundle.path, annotations: bundle.spec.annotations)
    proc = try Shared(Procfs())
    reservation = try Reservation(Self.record(bundle, options), cgroup, context)
  }

  private static func record(_ bundle: Bundle, _ options: CreateOptions) -> ContainerRecord {
    var record = ContainerRecord(
      id: options.id, bundle: bundle.path, rootfs: bundle.rootfs, created: Timestamp.now.precise,
      owner: Processes.effectiveUser, creator: .own, pod: options.pod,
      annotations: bundle.spec.annotations)
    record.keepsKeyring = options.noNewKeyring
    record.configuration = KeptConfiguration(bundle.spec)
    return record
  }

  /// Makes the container, whose process then waits for `MadeContainer.publish`;
  /// when that fails, nothing of it is left.
  func make() throws(RuntimeError) -> MadeContainer {
    let made: MadeContainer
    do throws(RuntimeError) {
      let plan = try openEverything()
      let cgroup = try makeCgroup()
      plan.cgroups = Mounter.CgroupView.find(
        bundle.spec, reservation.record.cgroup == nil ? nil : self.cgroup?.path,
        hasNamespace: plan.namespaces.hasCgroupRoot, context)
      // With a cgroup it has been written.
      if cgroup == nil, reservation.record.mountBelow != nil { try reservation.write() }
      try reservation.keep(configuration: bundle.configBytes)
      made = try MadeContainer(plan, cgroup, self.cgroup, context)
    } catch {
      reservation.undo()
      hooks.runAll(bundle.spec.hooks.poststop, .poststop, status: .stopped, pid: 0) {
        context.warn("\($0)")
      }
      throw error
    }
    try made.setUp()
    return made
  }

  private func openEverything() throws(RuntimeError) -> InitPlan {
    let spec = bundle.spec
    let namespaces = try NamespacePlan(spec.linux?.namespaces ?? [])
    reservation.record.namespaces = namespaces.record
    reservation.record.mountsOutlive = !namespaces.made.contains(.mount)
    if !namespaces.all.contains(.mount) {
      // A root that is not there is refused below.
      reservation.record.mountBelow = try? FileStatus(bundle.rootfs).mountID
    }
    try namespaces.checkMappings(spec.linux)
    try namespaces.checkShared(spec)
    let mounts = try MountPlan(bundle, namespaces)
    let setup = try processSetup(namespaces)
    let consoleSocket = try options.consoleSocket.map { path throws(RuntimeError) in
      Shared(try Sockets.connect(path, until: Lifecycle.patience))
    }
    let gate = executesAtOnce ? nil : try reservation.makeGate()
    return InitPlan(
      bundle: bundle, namespaces: namespaces, mounts: mounts, setup: setup,
      consoleSocket: consoleSocket, gate: gate, proc: proc, hooks: hooks, options: options,
      reservation: reservation)
  }

  private func processSetup(_ namespaces: NamespacePlan) throws(RuntimeError) -> ProcessSetup? {
    let spec = bundle.spec
    guard var process = spec.process else { return nil }
    process.env += options.listenEnvironment
    return ProcessSetup(
      process, spec.linux, seccomp: try compileFilter(), hasUserNamespace: namespaces.hasUser,
      keepGroups: spec.annotations["run.oci.keep_original_groups"] == "1",
      hasSuccessor: namespaces.joined(.pid) != nil)
  }

  private func compileFilter() throws(RuntimeError) -> SeccompProgram? {
    guard let program = try bundle.filter.program(for: bundle.spec.linux?.seccomp) else {
      return nil
    }
    if bundle.spec.annotations["run.oci.seccomp_fail_unknown_syscall"] == "1" {
      try program.requireKnownSyscalls()
    }
    return program
  }

  /// - Returns: the cgroup to clone the first process into, if there is one
  ///   already.
  private func makeCgroup() throws(RuntimeError) -> Shared<Cgroup>? {
    guard let planned = cgroup else { return nil }
    let made: Shared<Cgroup>?
    do {
      made = try planned.make(reservation.record.cgroup)
    } catch {
      // It was not made, and whatever has its place is somebody else's.
      reservation.record.cgroup = nil
      if error.kind == .permissionDenied, mayGoWithoutCgroup { return nil }
      throw error
    }
    if let made { try reservation.confirm(made.value, planned) }
    return made
  }

  private var mayGoWithoutCgroup: Bool {
    context.rootless && (bundle.spec.linux?.cgroupsPath ?? "").isEmpty
      && cgroup?.hasLimits == false
  }
}
