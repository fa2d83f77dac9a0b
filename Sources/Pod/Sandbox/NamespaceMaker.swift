// SPDX-License-Identifier: Apache-2.0

internal import Container
internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// Makes the namespaces of a pod and leaves no process behind.
///
/// A child enters new namespaces, sets them up from the inside and waits; the
/// parent binds the files under the child's `/proc/PID/ns` onto plain files,
/// which keep the namespaces alive, and lets the child end. When the parent is
/// killed, the child sees the connection end and ends too.
struct NamespaceMaker {
  private let spec: PodSpec
  private let paths: PodPaths

  /// Prepares for a pod whose directory is mounted.
  init(_ spec: PodSpec, _ paths: PodPaths) {
    self.spec = spec
    self.paths = paths
  }

  /// Makes and pins all namespaces that the pod holds.
  func run() throws(RuntimeError) {
    let kinds = spec.linux.namespaces.reduce(into: NamespaceKinds()) { $0.formUnion($1.kind) }
    do throws(RuntimeError) {
      try File.makeDirectory(paths.namespaces, mode: 0o700)
      if kinds.isEmpty { return }
      let proc = try Procfs()
      var own: Shared<Descriptor>?
      var childs: Shared<Descriptor>?
      (own, childs) = try Sockets.pair()
      switch try Processes.clone(into: kinds) {
      case .child:
        own = nil
        if let childs { setUp(childs.value, proc) }
      case .parent(let child):
        childs = nil
        do {
          if let own { try attend(child, own.value) }
        } catch {
          // It ends by itself when the connection does; its status says nothing
          // that the error does not.
          own = nil
          _ = try? child.wait()
          throw error
        }
        own = nil
        _ = try child.wait()
      }
    } catch {
      throw error.adding("make the pod's namespaces")
    }
  }

  // MARK: - The parent's side

  private func attend(
    _ child: borrowing Child, _ channel: borrowing Descriptor
  ) throws(RuntimeError) {
    if spec.linux.holds(.user) {
      try IDMaps.write(
        users: spec.linux.uidMappings, groups: spec.linux.gidMappings, to: child.pid)
    }
    try Sockets.send([1], on: channel)
    let answer = try Sockets.receive(on: channel, limit: 4096).bytes
    guard answer == Self.done else {
      let text = String(decoding: answer, as: UTF8.self)
      throw RuntimeError(.failed, text.isEmpty ? "the helper was killed" : text)
    }
    for type in spec.linux.namespaces {
      let file = paths.namespace(type)
      _ = try File.open(file, [.readOnly, .create, .exclusive, .noFollow], mode: 0o444)
      try Mounts.mount("/proc/\(child.pid)/ns/\(type.kind.fileName)", on: file, .bind)
    }
  }

  /// What the child answers when everything is set up; an error is in words.
  private static let done: [UInt8] = [0]

  // MARK: - The child's side

  /// Does not return.
  private func setUp(_ channel: borrowing Descriptor, _ proc: borrowing Procfs) {
    do {
      // No message means that the parent is gone.
      if try Sockets.receive(on: channel).bytes.isEmpty { Processes.exit(1) }
      try configure(proc)
      try Sockets.send(Self.done, on: channel)
      _ = try Sockets.receive(on: channel)
      Processes.exit(0)
    } catch {
      // Nobody is left to tell when this fails.
      try? Sockets.send(Array("\(error)".utf8), on: channel)
      Processes.exit(1)
    }
  }

  private func configure(_ proc: borrowing Procfs) throws(RuntimeError) {
    if spec.linux.holds(.user) {
      // The files of /proc/sys belong to the namespace's root.
      try OwnProcess.setGroup(0)
      try OwnProcess.setUser(0)
    }
    if spec.linux.holds(.network) { try NetworkDevices.bringLoopbackUp() }
    if let name = spec.hostname { try OwnProcess.setHostname(name) }
    if let name = spec.domainname { try OwnProcess.setDomainname(name) }
    for parameter in spec.linux.sysctl {
      guard let sysctl = Sysctl(parameter.key) else { continue }
      do {
        try proc.write(parameter.value, to: "sys/\(sysctl.components.joined(separator: "/"))")
      } catch {
        throw error.adding("\(DocumentPath.root["linux"]["sysctl"][parameter.key])")
      }
    }
  }
}
