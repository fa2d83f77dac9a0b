// SPDX-License-Identifier: Apache-2.0

package import Kernel

extension Cgroup {
  /// Restricts the devices that processes of the cgroup may use to what other
  /// rules than before allow, and the defaults.
  ///
  /// The old program is replaced in one step: an access in between is decided by
  /// one of the two. Files that are open stay so. systemd is told first, for its
  /// own program has to allow what runp's does.
  ///
  /// - Throws: `RuntimeError` of kind `permissionDenied` in a user namespace,
  ///   where the kernel takes no such programs.
  package borrowing func replaceDeviceProgram(
    _ rules: [DeviceRule], from shared: SharedDevicePrograms, _ unit: ManagedUnit?
  ) throws(RuntimeError) {
    try unit?.set(rules)
    do {
      guard let old = try ownDeviceProgram() else {
        try attachDeviceProgram(rules, from: shared)
        return
      }
      guard let program = DeviceProgram(rules) else {
        try BPF.detachDeviceProgram(old.value, from: directory)
        return
      }
      try shared.attach(program) { one throws(RuntimeError) in
        try BPF.replaceDeviceProgram(old.value, with: one, of: directory)
      }
    } catch {
      throw error.addingIfBare("restrict the devices of cgroup \(path)")
    }
  }

  /// The program that runp attached; nil when everything was allowed.
  private borrowing func ownDeviceProgram() throws(RuntimeError) -> Shared<Descriptor>? {
    for identifier in try BPF.devicePrograms(of: directory) {
      guard let program = try BPF.openProgram(identifier) else { continue }
      if try BPF.name(of: program) == DeviceProgram.name { return Shared(program) }
    }
    return nil
  }
}
