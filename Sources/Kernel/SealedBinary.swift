// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Running from a copy of the program that nobody can write to.
///
/// A process that enters a container shows it the program as `/proc/PID/exe`,
/// and a container's root may open that for writing once the program has ended
/// (CVE-2019-5736). So whoever is about to enter one executes itself again
/// from a read-only mount of the program that is in no mount namespace, where
/// nobody can make it writable; where that cannot be made, from sealed memory.
package enum SealedBinary {
  /// Tells the second execution that it is one.
  private static let mark = "_RUNP_SEALED"

  /// Makes sure that this process runs from a sealed copy; returns at once when
  /// it does, and never when it had to execute it.
  package static func ensure(arguments: [String]) throws(SystemError) {
    if isSealed() { return }
    let sealed: SharedDescriptor
    if let mount = makeMount() { sealed = mount } else { sealed = try makeMemory() }
    let program = Program(
      arguments: arguments, environment: OwnProcess.environment + ["\(mark)=1"])
    throw program.execute(sealed.descriptor, subject: "/proc/self/exe")
  }

  /// Looks at the program itself: anybody can set an environment variable.
  private static func isSealed() -> Bool {
    guard OwnProcess.environmentValue(mark) != nil else { return false }
    unsafe unsetenv(mark)
    // What cannot be looked at is not known to be sealed.
    guard let program = try? File.open("/proc/self/exe", .path),
      let flags = try? MountTree.filesystem(of: program).flags
    else { return false }
    if flags.contains(.readOnly) { return true }
    guard let readable = try? File.open("/proc/self/exe") else { return false }
    return clinux_fcntl(readable.number, getSeals, 0) == allSeals
  }

  /// The program on a read-only mount that belongs to no mount namespace as
  /// soon as the descriptor is closed, which execve(2) does.
  ///
  /// - Returns: nil where such mounts cannot be made.
  private static func makeMount() -> SharedDescriptor? {
    guard let program = try? File.open("/proc/self/exe", .path),
      let tree = try? MountTree.copy(at: program.number, recursive: false)
    else { return nil }
    do {
      try MountTree.setAttributes(tree, set: .readOnly, propagation: .makePrivate)
      return SharedDescriptor(tree)
    } catch {
      return nil
    }
  }

  private static let allSeals: Int32 = 0xF
  private static let addSeals: Int32 = 1033
  private static let getSeals: Int32 = 1034

  /// The program in memory that can be neither written, grown nor shrunk.
  private static func makeMemory() throws(SystemError) -> SharedDescriptor {
    let program = try File.open("/proc/self/exe")
    // MFD_CLOEXEC, MFD_ALLOW_SEALING and, where known, MFD_EXEC.
    var made = unsafe clinux_memfd_create("runp", 0x1 | 0x2 | 0x10)
    if made == -EINVAL { made = unsafe clinux_memfd_create("runp", 0x1 | 0x2) }
    let memory = Descriptor(owning: try check(made, "memfd_create"))
    while try check(clinux_copy_file(memory.number, program.number, 1 << 30), "sendfile") > 0 {}
    try check(clinux_fcntl(memory.number, addSeals, Int(allSeals)), "fcntl F_ADD_SEALS")
    return SharedDescriptor(memory)
  }
}
