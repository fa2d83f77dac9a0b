// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
package import Kernel
package import RuntimeSpec

/// User and group ID mappings of a user namespace (user_namespaces(7)).
package enum IDMaps {
  /// Writes the mappings of a process that has just entered a new user
  /// namespace.
  ///
  /// A caller without privileges may map only itself; more goes through
  /// newuidmap(1) and newgidmap(1).
  ///
  /// - Throws: `RuntimeError` naming the step.
  package static func write(
    users: [LinuxIDMapping], groups: [LinuxIDMapping], to pid: Int32
  ) throws(RuntimeError) {
    do {
      if try mayMapAny() {
        try File.writeControl(text(users), to: "/proc/\(pid)/uid_map")
        try File.writeControl(text(groups), to: "/proc/\(pid)/gid_map")
        return
      }
      if isOwnOnly(users, geteuid()), isOwnOnly(groups, getegid()) {
        try File.writeControl("deny", to: "/proc/\(pid)/setgroups")
        try File.writeControl(text(users), to: "/proc/\(pid)/uid_map")
        try File.writeControl(text(groups), to: "/proc/\(pid)/gid_map")
        return
      }
    } catch {
      throw error.adding("write ID mappings")
    }
    try runTool("newuidmap", users, pid)
    try runTool("newgidmap", groups, pid)
  }

  /// Whether this process may map any of the IDs that it has itself
  /// (`CAP_SETGID`, `CAP_SETUID`).
  private static func mayMapAny() throws(RuntimeError) -> Bool {
    let effective = try ThreadCapabilities.current().effective
    return effective.contains(CapabilitySet(number: 6))
      && effective.contains(CapabilitySet(number: 7))
  }

  /// Who a user of this process's namespace is in the one around it; the same
  /// where that cannot be told.
  package static func outside(_ user: UInt32) -> UInt32 {
    // A kernel without user namespaces has no such file.
    guard let mappings = try? read("uid_map", of: Processes.own, Procfs()) else { return user }
    return hostID(of: user, in: mappings) ?? user
  }

  /// The ID outside of an ID inside; nil when it is not mapped.
  static func hostID(of id: UInt32, in mappings: [LinuxIDMapping]) -> UInt32? {
    for mapping in mappings where id >= mapping.containerID {
      let offset = id - mapping.containerID
      if offset < mapping.size { return mapping.hostID &+ offset }
    }
    return nil
  }

  /// Reads the mappings of a process's user namespace, `uid_map` or `gid_map`.
  static func read(
    _ file: String, of pid: Int32, _ proc: borrowing Procfs
  ) throws(RuntimeError) -> [LinuxIDMapping] {
    try proc.read("\(pid)/\(file)").split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: " ").compactMap { UInt32($0) }
      return numbers.count == 3
        ? LinuxIDMapping(containerID: numbers[0], hostID: numbers[1], size: numbers[2]) : nil
    }
  }

  private static func text(_ mappings: [LinuxIDMapping]) -> String {
    mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
  }

  private static func isOwnOnly(_ mappings: [LinuxIDMapping], _ id: UInt32) -> Bool {
    mappings.count == 1 && mappings[0].hostID == id && mappings[0].size == 1
  }

  private static func runTool(
    _ name: String, _ mappings: [LinuxIDMapping], _ pid: Int32
  ) throws(RuntimeError) {
    let arguments =
      [name, "\(pid)"]
      + mappings.flatMap { ["\($0.containerID)", "\($0.hostID)", "\($0.size)"] }
    let directories = (OwnProcess.environmentValue("PATH") ?? "/usr/bin:/bin").split(separator: ":")
    let found = directories.map { "\($0)/\(name)" }.first { File.exists($0) }
    guard let found else {
      throw RuntimeError(.failed, "write ID mappings: \(name) is not in $PATH")
    }
    do throws(RuntimeError) {
      let tool = try HookProcess(
        path: found, arguments: arguments, environment: [], input: [], output: HookOutput([:]))
      guard case .ended(let status) = try tool.run(timeout: nil), status.code != 0 else { return }
      throw RuntimeError(.failed, "failed with exit status \(status.code)\(tool.outputSuffix)")
    } catch {
      throw error.adding("run \(name)")
    }
  }

  /// A user namespace with the given mappings and no process in it, for
  /// ID-mapped mounts.
  static func makeNamespace(
    users: [LinuxIDMapping], groups: [LinuxIDMapping]
  ) throws(RuntimeError) -> Shared<Descriptor> {
    do {
      var (own, helpers): (Shared<Descriptor>?, Shared<Descriptor>) = try Sockets.pair()
      switch try Processes.clone(into: .user) {
      case .child:
        // It only has to be there until the namespace is open, and ends with
        // the connection, however the runtime ends. It must not hold the lock.
        do {
          try OwnProcess.closeAll(except: [helpers], andStreams: true)
          _ = try Sockets.receive(on: helpers.value)
        } catch {
          // Nobody is there to be told.
        }
        Processes.exit(0)
      case .parent(let helper):
        defer {
          withExtendedLifetime(own) { own = nil }
          _ = try? helper.wait()
        }
        try File.writeControl(text(users), to: "/proc/\(helper.pid)/uid_map")
        try File.writeControl(text(groups), to: "/proc/\(helper.pid)/gid_map")
        return Shared(try File.open("/proc/\(helper.pid)/ns/user"))
      }
    } catch {
      throw error.adding("make a user namespace for an ID-mapped mount")
    }
  }
}
