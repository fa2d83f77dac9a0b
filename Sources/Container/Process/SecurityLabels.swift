// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import JSON
internal import Kernel
internal import RuntimeSpec

/// The labels of Linux security modules that a program is executed under.
///
/// Asking for a module that is not enabled is an error: the container would
/// run with less protection than its configuration says.
enum SecurityLabels {
  /// Whether SELinux is enabled on the host.
  package static var hasSELinux: Bool { File.exists("/sys/fs/selinux/enforce") }

  /// Whether AppArmor is enabled on the host.
  package static var hasAppArmor: Bool {
    // What cannot be read is not enabled.
    (try? File.readControl("/sys/module/apparmor/parameters/enabled"))?.first == "Y"
  }

  /// Checks that the modules asked for are there.
  static func check(_ process: Process?, mountLabel: String?) throws(RuntimeError) {
    if let label = process?.selinuxLabel, !label.isEmpty, !hasSELinux {
      throw RuntimeError(
        .invalidSpec, "process.selinuxLabel: \(label.quoted) is set, but SELinux is not enabled")
    }
    if let label = mountLabel, !label.isEmpty, !hasSELinux {
      throw RuntimeError(
        .invalidSpec, "linux.mountLabel: \(label.quoted) is set, but SELinux is not enabled")
    }
    if let profile = process?.apparmorProfile, !profile.isEmpty, profile != "unconfined",
      !hasAppArmor
    {
      throw RuntimeError(
        .invalidSpec,
        "process.apparmorProfile: \(profile.quoted) is set, but AppArmor is not enabled")
    }
  }

  /// Whether a process configuration names any label.
  static func areSet(by process: Process) -> Bool {
    process.selinuxLabel?.isEmpty == false || process.apparmorProfile?.isEmpty == false
  }

  /// Has the next execve(2) of this process change to the labels, which `check`
  /// has let pass.
  static func setForExecution(_ process: Process, _ proc: borrowing Procfs) throws(RuntimeError) {
    if let label = process.selinuxLabel, !label.isEmpty {
      try step("set SELinux label \(label)") { () throws(RuntimeError) in
        try proc.write(label, to: "thread-self/attr/exec")
      }
    }
    guard let profile = process.apparmorProfile, !profile.isEmpty else { return }
    do {
      try proc.write("exec \(profile)", to: "thread-self/attr/apparmor/exec")
    } catch {
      // Without AppArmor everything is unconfined. Whether it is there cannot be
      // asked here: what is seen of /sys is the container's.
      if profile == "unconfined" { return }
      throw error.adding("apply AppArmor profile \(profile)")
    }
  }
}
