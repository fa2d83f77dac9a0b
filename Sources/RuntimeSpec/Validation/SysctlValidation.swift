// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A kernel parameter by its name in `sysctl`.
package struct Sysctl: Equatable, Sendable {
  /// The steps of its path below `/proc/sys`.
  package let components: [String]

  /// Takes a name apart, nil when it is none.
  ///
  /// As in sysctl(8), the first of `.` and `/` decides which is the separator.
  /// After a `.`, a `/` stands for a dot in a step; after a `/`, a dot is a dot.
  package init?(_ name: String) {
    guard let separator = name.first(where: { $0 == "." || $0 == "/" }) else { return nil }
    let other: Character = separator == "." ? "/" : "."
    components = name.split(separator: separator, omittingEmptySubsequences: false).map { step in
      separator == "/" ? String(step) : String(step.map { $0 == other ? "." : $0 })
    }
    if components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) { return nil }
  }

  /// The type of the namespace that has a value of its own for the parameter,
  /// nil when it belongs to the whole host.
  package var namespace: NamespaceType? {
    switch (components[0], components[1]) {
    case ("net", _): .network
    case ("user", _): .user
    case ("fs", "mqueue"): .ipc
    case ("kernel", "domainname"): .uts
    case ("kernel", let name) where Self.ipcParameters.contains(name): .ipc
    default: nil
    }
  }

  private static let ipcParameters = [
    "msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced",
  ]

  /// Checks the parameters of a container or a pod with these namespaces.
  package static func validate(
    _ parameters: OrderedMap<String>, namespaces: [LinuxNamespace], at path: DocumentPath
  ) throws(SpecError) {
    for parameter in parameters {
      guard let sysctl = Sysctl(parameter.key) else {
        throw path[parameter.key].error("not the name of a kernel parameter")
      }
      if sysctl.components == ["kernel", "hostname"] {
        throw path[parameter.key].error("set with the property hostname instead")
      }
      guard let needed = sysctl.namespace else {
        throw path[parameter.key].error("belongs to the whole host, not to a namespace")
      }
      if !namespaces.holds(needed) {
        throw path[parameter.key].error(
          "needs a namespace of type \(needed.rawValue) in linux.namespaces")
      }
    }
  }
}
