// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
package import Kernel
package import RuntimeSpec

extension NamespaceType {
  /// The kernel's word for the type.
  package var kind: NamespaceKinds {
    switch self {
    case .pid: .pid
    case .network: .network
    case .mount: .mount
    case .ipc: .ipc
    case .uts: .uts
    case .user: .user
    case .cgroup: .cgroup
    case .time: .time
    }
  }
}

/// The namespaces of a container: those to make, and those to join, open.
struct NamespacePlan {
  /// One namespace to join.
  struct Joined {
    let kind: NamespaceKinds
    let path: String
    let descriptor: Shared<Descriptor>
  }

  /// The kinds to make.
  private(set) var made: NamespaceKinds = []
  /// The namespaces to join.
  private(set) var joined: [Joined] = []

  /// Opens what is to be joined and checks that each is of its kind.
  init(_ namespaces: [LinuxNamespace]) throws(RuntimeError) {
    for (index, namespace) in namespaces.enumerated() {
      guard let path = namespace.path else {
        made.insert(namespace.type.kind)
        continue
      }
      do {
        let descriptor = try Namespaces.open(path, namespace.type.kind)
        joined.append(
          Joined(
            kind: namespace.type.kind, path: path, descriptor: Shared(descriptor)))
      } catch  where error.errno == EINVAL {
        throw RuntimeError(
          .invalidSpec,
          "linux.namespaces[\(index)].path: \(path) is not a \(namespace.type.rawValue) namespace")
      } catch {
        throw error.adding("linux.namespaces[\(index)].path")
      }
    }
  }

  /// The namespace of a kind to join, if one is.
  func joined(_ kind: NamespaceKinds) -> Joined? {
    joined.first { $0.kind == kind }
  }

  /// Refuses names and parameters of a namespace that is the runtime's own
  /// under another name: they would be the host's.
  func checkShared(_ spec: Spec) throws(RuntimeError) {
    let root = DocumentPath.root
    if spec.hostname != nil { try requireOther(.uts, root["hostname"]) }
    if spec.domainname != nil { try requireOther(.uts, root["domainname"]) }
    for name in (spec.linux?.sysctl ?? [:]).keys {
      guard let type = Sysctl(name)?.namespace else { continue }
      try requireOther(type, root["linux"]["sysctl"][name])
    }
  }

  private func requireOther(
    _ type: NamespaceType, _ property: @autoclosure () -> DocumentPath
  ) throws(RuntimeError) {
    guard let joined = joined(type.kind) else { return }
    do {
      if try !Namespaces.same(joined.descriptor.value, Namespaces.own(type.kind)) { return }
    } catch {
      throw error.adding("\(property())")
    }
    throw RuntimeError(
      .invalidSpec, "\(property()): \(joined.path) is the host's \(type.rawValue) namespace")
  }

  /// Refuses to make a user namespace that nobody could be in.
  func checkMappings(_ linux: Linux?) throws(RuntimeError) {
    guard made.contains(.user) else { return }
    for (name, mappings) in [
      ("uidMappings", linux?.uidMappings ?? []), ("gidMappings", linux?.gidMappings ?? []),
    ] where mappings.isEmpty {
      throw RuntimeError(.invalidSpec, "linux.\(name): a new user namespace needs mappings")
    }
  }

  /// What of them is kept for later commands.
  var record: NamespaceRecord {
    NamespaceRecord(made: made, joined: joined.reduce([]) { $0.union($1.kind) })
  }

  /// The kinds that the container does not share with the runtime.
  var all: NamespaceKinds { record.all }

  /// Whether the container lives in a user namespace other than the runtime's.
  var hasUser: Bool { made.contains(.user) || joined(.user) != nil }

  /// Whether the container sees the cgroups from another root than the runtime.
  ///
  /// In the runtime's own namespace the hierarchy must not be mounted anew: in the
  /// host's, that sets the options (`nsdelegate`) of all mounts of it.
  var hasCgroupRoot: Bool {
    guard let joined = joined(.cgroup) else { return made.contains(.cgroup) }
    do {
      return try !Namespaces.same(joined.descriptor.value, Namespaces.own(.cgroup))
    } catch {
      // A bind mount of the runtime's own shows nothing that it may not.
      return false
    }
  }

  /// Where the container's processes have their privileges.
  var userNamespace: UserNamespace { hasUser ? .container : .own }

  /// The kinds that a clone or unshare(2) makes at once: a cgroup namespace is
  /// made once the process is in its cgroup, a time namespace by a process that
  /// still has to set its clocks, an IPC namespace by the root of the user
  /// namespace.
  var clonable: NamespaceKinds {
    let rest = made.subtracting([.cgroup, .time])
    return hasUser ? rest.subtracting(.ipc) : rest
  }

  /// Whether a process in between has to enter namespaces before the
  /// container's first process can be cloned: those that count only for
  /// children, and those owned by, or owning, a user namespace.
  var needsStage: Bool {
    joined(.pid) != nil || joined(.user) != nil || (made.contains(.user) && !joined.isEmpty)
  }
}
